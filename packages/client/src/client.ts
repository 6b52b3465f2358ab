import { type endpoints, eventOperations, loadEndpoint, operationNames } from '@deployment-engine/contracts';
import { followEvents } from './events/follow-events.ts';
import type { AnyInput, CallOptions, EventOptions, Method, ServerEvent } from './method.ts';
import { readJsonAnswer } from './read-answer.ts';
import { requestOf } from './request.ts';
import { type Connection, send } from './send.ts';
import { streamedAnswer } from './streamed-answer.ts';

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
    operationNames.map((name) => [name, methodOf(connection, name)]),
  ) as unknown as Client;
}

/** An operation's schemas are built at its first call: most programs call few. */
function methodOf(connection: Connection, name: keyof Client) {
  return name in eventOperations
    ? (input: AnyInput = {}, options: EventOptions = {}) => events(connection, name, input, options)
    : (input: AnyInput = {}, options: CallOptions = {}) => call(connection, name, input, options);
}

async function* events(
  connection: Connection,
  name: keyof Client,
  input: AnyInput,
  options: EventOptions,
): AsyncGenerator<ServerEvent, void, undefined> {
  const endpoint = await loadEndpoint(name);
  yield* followEvents(connection, requestOf(endpoint, input), endpoint.event, options);
}

async function call(
  connection: Connection,
  name: keyof Client,
  input: AnyInput,
  options: CallOptions,
): Promise<unknown> {
  const endpoint = await loadEndpoint(name);
  const { answer } = endpoint;
  return send<unknown>(connection, requestOf(endpoint, input), options, async (response, operation) =>
    typeof answer === 'string'
      ? streamedAnswer(connection.url, response, options.signal)
      : readJsonAnswer(operation, response, answer),
  );
}
