import type { IncomingMessage } from 'node:http';
import type { Context } from '../../../context.ts';
import {
  OutsideError,
  type OutsideRules,
  outsideError,
  placeOf,
  requestOutside,
} from '../../../http/outside.ts';
import type { Message, WebMessage } from './message.ts';
import { sendMail } from './send-mail.ts';

const timeoutMs = 10_000;
const maxAnswerBytes = 64 * 1024;
const maxPauseSeconds = 3600;

export type Sent = {
  /** Why it was not taken; `undefined` if it was. */
  problem?: string | undefined;
  /** How long the server wants to be left alone, at most an hour. */
  pauseSeconds?: number | undefined;
  /** Recipients that need no further attempt. */
  takenBy?: string[];
  /** What is to be known of a message that was taken. */
  remark?: string | undefined;
};

/** Sends a message once. */
export async function send(
  { config }: Pick<Context, 'config'>,
  targetKind: string,
  message: Message,
  stopping?: AbortSignal,
): Promise<Sent> {
  const limit = AbortSignal.timeout(timeoutMs);
  const signal = stopping ? AbortSignal.any([limit, stopping]) : limit;
  try {
    if (message.via === 'mail') return await sendMail(config.mail, message, signal, timeoutMs);
    return await sendToWeb(config, targetKind, message, signal);
  } catch (error) {
    if (error instanceof OutsideError) return { problem: error.message };
    throw error;
  }
}

async function sendToWeb(
  config: Context['config'],
  targetKind: string,
  { url, fault, method, headers, body }: WebMessage,
  signal: AbortSignal,
): Promise<Sent> {
  const parsed = new URL(url);
  const rules = rulesOf(config, targetKind, parsed);
  const response = await requestOutside(parsed, { method, headers, body, signal }, rules);
  try {
    const { statusCode = 0, headers: answered } = response;
    if (statusCode >= 200 && statusCode < 300)
      return { problem: fault?.(await readAnswer(response, signal)) };
    const pauseSeconds = [429, 503].includes(statusCode) ? pauseOf(answered['retry-after']) : undefined;
    return { problem: `the server answered ${statusCode}`, pauseSeconds };
  } finally {
    response.destroy();
  }
}

async function readAnswer(response: IncomingMessage, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response) {
      size += chunk.length;
      if (size > maxAnswerBytes) throw new OutsideError('unreachable', 'its answer is too long');
      chunks.push(chunk);
    }
  } catch (error) {
    throw outsideError(error, signal);
  }
  return Buffer.concat(chunks).toString();
}

/** Reads `Retry-After`: seconds or a date (RFC 9110, section 10.2.3). */
export function pauseOf(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined || !/^(\d{1,9}|[A-Z][a-z]{2}, .*GMT)$/.test(header)) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - now) / 1000;
  return seconds > 0 ? Math.min(Math.ceil(seconds), maxPauseSeconds) : undefined;
}

/** The operator has named the main API, wherever it is. */
function rulesOf({ notificationHosts }: Context['config'], targetKind: string, url: URL): OutsideRules {
  const setting = 'NOTIFICATION_HOSTS';
  if (targetKind !== 'main_api') return { hosts: notificationHosts, setting };
  return { hosts: [placeOf(url)], setting };
}
