import type { JobType, JobView, NotificationEvent } from '@deployment-engine/contracts';

/** A request to a web address. `fault` tells from an answer with a status from 200 to 299 why it still means a failure. */
export type WebMessage = {
  via: 'web';
  url: string;
  method: 'POST' | 'PUT';
  headers: Record<string, string>;
  body: string;
  fault?: ((answer: string) => string | undefined) | undefined;
};
export type Mail = { via: 'mail'; messageId: string; to: string[]; subject: string; text: string };
export type Message = WebMessage | Mail;

/** What is told, without secrets. */
export type News = {
  /** The same however often it is sent. */
  id: string;
  targetId: string;
  event: NotificationEvent;
  at: Date;
  job: JobView & { type: JobType };
  deploymentId: string | undefined;
  /** Words about the event or the failure. */
  detail: string | undefined;
};

/** Returns a POST of JSON. */
export function postJson(url: string, body: object, headers: Record<string, string> = {}): WebMessage {
  return {
    via: 'web',
    url,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
}
