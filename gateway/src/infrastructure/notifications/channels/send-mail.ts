import { matchesWildcard } from '@deployment-engine/contracts';
import { createTransport } from 'nodemailer';
import type { Context } from '../../../context.ts';
import { outsideError } from '../../../http/outside.ts';
import type { Mail } from './message.ts';
import type { Sent } from './send.ts';

type Refusal = { recipient?: string; responseCode?: number };
type MailError = Error & { code?: string; responseCode?: number; rejectedErrors?: Refusal[] };

/**
 * Sends a mail once, by the operator's server. It is taken when the server has taken it for somebody and refuses the others for good
 * (5xx); those that it refuses for now (4xx) are tried again alone.
 */
export async function sendMail(
  settings: Context['config']['mail'],
  mail: Mail,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<Sent> {
  if (!settings) return { problem: 'SMTP_URL and SMTP_FROM are not set' };
  const denied = mail.to.find((to) => !isAllowed(settings.recipients, to));
  if (denied !== undefined) return { problem: `SMTP_RECIPIENTS does not allow ${denied}` };
  const transport = createTransport({
    ...{ url: settings.url, disableFileAccess: true, disableUrlAccess: true },
    ...{ connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs },
  });
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  const sending = transport.sendMail({
    from: settings.from,
    to: mail.to.map((address) => ({ name: '', address })),
    subject: mail.subject,
    text: mail.text,
    messageId: mail.messageId,
    headers: { 'Auto-Submitted': 'auto-generated' },
  });
  try {
    const { rejectedErrors = [] } = (await Promise.race([sending, aborted.promise])) as {
      rejectedErrors?: Refusal[];
    };
    return partly(mail.to, rejectedErrors);
  } catch (error) {
    sending.catch(() => {});
    return {
      problem: signal.aborted ? outsideError(error, signal).message : mailProblem(error as MailError),
    };
  } finally {
    signal.removeEventListener('abort', abort);
    transport.close();
  }
}

/** Whether the operator lets notifications go to an e-mail address. */
export function isAllowed(patterns: readonly string[], address: string): boolean {
  return patterns.some((pattern) => matchesWildcard(pattern.toLowerCase(), address.toLowerCase()));
}

function partly(to: string[], refused: Refusal[]): Sent {
  if (refused.length === 0) return { takenBy: to };
  const forNow = refused.filter(({ responseCode = 0 }) => responseCode < 500);
  const later = new Set(forNow.map(({ recipient }) => recipient));
  const text = refused.map(({ recipient, responseCode }) => `${recipient} (${responseCode})`).join(', ');
  const words = `the mail server refused ${text}`;
  const takenBy = to.filter((address) => !later.has(address));
  return forNow.length > 0 ? { problem: words, takenBy } : { takenBy, remark: words };
}

/** Returns a code or a status, no words of the server. */
function mailProblem({ code, responseCode }: MailError): string {
  if (responseCode !== undefined) return `the mail server answered ${responseCode}`;
  return `the mail server can't be reached: ${code ?? 'unknown error'}`;
}
