import { type News, postJson, type WebMessage } from './message.ts';
import { lines } from './words.ts';

/** An incoming webhook (`url`), or the channel of an API. */
export type SlackPlace = { url: string; secret: string; channel?: string | undefined };

/** Returns a message to Slack. Sources: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks, https://docs.slack.dev/reference/methods/chat.postMessage */
export function slackMessage(place: SlackPlace, apiUrl: string, text: string): WebMessage {
  const body = { text, mrkdwn: false, link_names: false, unfurl_links: false, unfurl_media: false };
  const message =
    place.channel === undefined
      ? postJson(place.url, body)
      : postJson(
          `${apiUrl.replace(/\/+$/, '')}/chat.postMessage`,
          { channel: place.channel, ...body },
          {
            'content-type': 'application/json; charset=utf-8',
            authorization: `Bearer ${place.secret}`,
          },
        );
  return { ...message, fault: place.channel === undefined ? undefined : slackFault };
}

export function slackText(news: News): string {
  return escapeSlack(lines(news).join('\n'));
}

/**
 * Escapes the characters that begin a mention or a link. A space without width after `@` also keeps servers that speak Slack's
 * format from reading `@channel`. Source: https://docs.slack.dev/messaging/formatting-message-text#escaping
 */
export function escapeSlack(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', '@\u200b');
}

/** The API answers 200 also to a message that it does not take. Only its codes are repeated, no words. */
function slackFault(answer: string): string | undefined {
  let read: { ok?: unknown; error?: unknown } | null = null;
  try {
    read = JSON.parse(answer);
  } catch {
    return 'the server answered 200 without the JSON of Slack';
  }
  if (read?.ok === true) return undefined;
  const code = typeof read?.error === 'string' && /^[a-z_]{1,60}$/.test(read.error) ? read.error : 'no code';
  return `Slack did not take it: ${code}`;
}
