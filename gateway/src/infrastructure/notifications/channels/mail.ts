import type { Mail, News } from './message.ts';
import { headline, inOneLine, lines } from './words.ts';

const maxSubject = 200;

export function mailOf(to: string[], from: string, news: News): Mail {
  return mail(to, from, `${news.id}.${news.targetId}`, { subject: headline(news), text: lines(news) });
}

/** Returns a plain text. Its `Message-ID` is the same however often it is sent. */
export function mail(
  to: string[],
  from: string,
  id: string,
  said: { subject: string; text: string[] },
): Mail {
  return {
    via: 'mail',
    messageId: `<${id}@${from.slice(from.lastIndexOf('@') + 1)}>`,
    to,
    subject: inOneLine(said.subject).slice(0, maxSubject),
    text: `${said.text.join('\n')}\n`,
  };
}
