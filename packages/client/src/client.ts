import { type Endpoint, endpoints } from '@deployment-engine/contracts';
import { followEvents } from './events/follow-events.ts';
import type { AnyInput, CallOptions, EventOptions, Method } from './method.ts';
import { readJsonAnswer } from './read-answer.ts';
import { requestOf } from './request.ts';
import { type Connection, send } from './send.ts';
import { type StreamedAnswer, streamedAnswer } from './streamed-answer.ts';

/** One method per operation of the API, for example `client.deploy({ body })`. */
export type Client = { readonly [Name in keyof typeof endpoints]: Method<(typeof endpoints)[Name]> };

export type ClientOptions = {
  /** Address of the engine, for example `https://engine.example.org`; it may have a path. */
  url: string;
  /** An API key or a JSON Web Token; a function is asked for it before each request. */
  token?: Connection['token'];
  fetch?: typeof fetch | undefined;
  /** Limit on the wait for an answer's beginning, and for the whole of a JSON answer; none by default. */
  timeoutMs?: number | undefined;
  /** How lost event streams are resumed. */
  events?: Partial<Connection['events']> | undefined;
};

export function createClient(options: ClientOptions): Client {
  const connection: Connection = {
    url: options.url.replace(/\/+$/, ''),
    token: options.token,
    fetch: options.fetch ?? fetch,
    timeoutMs: options.timeoutMs,
    events: { retryMs: 1000, idleMs: 60_000, giveUpMs: 300_000, ...options.events },
  };
  return Object.fromEntries(
    Object.entries(endpoints).map(([name, endpoint]) => [name, methodOf(connection, endpoint)]),
  ) as unknown as Client;
}

function methodOf(connection: Connection, endpoint: Endpoint) {
  const { answer } = endpoint;
  if (typeof answer !== 'string')
    return async (input: AnyInput = {}, options: CallOptions = {}) =>
      send(connection, requestOf(endpoint, input), options, (response, operation) =>
        readJsonAnswer(operation, response, answer),
      );
  if (answer === 'text/event-stream')
    return (input: AnyInput = {}, options: EventOptions = {}) =>
      followEvents(connection, requestOf(endpoint, input), endpoint.event, options);
  return async (input: AnyInput = {}, options: CallOptions = {}): Promise<StreamedAnswer> =>
    send(connection, requestOf(endpoint, input), options, async (response) =>
      streamedAnswer(connection.url, response, options.signal),
    );
}
