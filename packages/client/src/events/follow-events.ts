import type { z } from 'zod';
import { ApiError, describeIssues, parseJson, UnreachableError } from '../errors.ts';
import type { EventOptions, ServerEvent } from '../method.ts';
import type { ApiRequest } from '../request.ts';
import { type Connection, callError, operationOf } from '../send.ts';
import type { RawEvent } from './event-parser.ts';
import { openStream } from './open-stream.ts';

const maxRetryMs = 10_000;
/** Answers that a later attempt may not get: too many requests, and an engine or proxy in a restart. */
const passing = [429, 502, 503, 504];

/** How far a stream was followed. */
type Position = {
  lastId: string | undefined;
  /** When the engine was last heard of; `undefined` before the first time. */
  reachedAt: number | undefined;
  /** Connections in a row that brought no event. */
  idle: number;
  retryMs: number;
};

/**
 * Yields each event of a stream once and in order, across lost connections, until the engine says that none will
 * follow. Throws the signal's reason if aborted, `ApiError` if the engine refuses, and `UnreachableError` if the first
 * connection fails or no later one succeeds for `giveUpMs`.
 */
export async function* followEvents(
  connection: Connection,
  request: ApiRequest,
  schema: z.ZodType | undefined,
  options: EventOptions,
): AsyncGenerator<ServerEvent, void, undefined> {
  const { signal, lastEventId, retryFirst } = options;
  const { retryMs, giveUpMs } = connection.events;
  const reachedAt = retryFirst ? Date.now() : undefined;
  const position: Position = { lastId: lastEventId, reachedAt, idle: 0, retryMs };
  for (;;) {
    signal?.throwIfAborted();
    try {
      const isComplete = yield* followOnce(connection, request, schema, position, signal);
      if (isComplete) return;
    } catch (error) {
      const known = callError(connection, error, signal);
      if (!mayPass(known) || Date.now() - (position.reachedAt ?? 0) > giveUpMs) throw known;
    }
    const waits = position.idle;
    position.idle += 1;
    if (waits > 0) await delay(Math.min(position.retryMs * 2 ** (waits - 1), maxRetryMs), signal);
  }
}

/** Yields the events of one connection. Returns whether the engine says that none will follow. */
async function* followOnce(
  connection: Connection,
  request: ApiRequest,
  schema: z.ZodType | undefined,
  position: Position,
  signal: AbortSignal | undefined,
): AsyncGenerator<ServerEvent, boolean, undefined> {
  const stream = await openStream(connection, request, position.lastId, signal);
  try {
    position.reachedAt = Date.now();
    for await (const event of stream.events) {
      position.reachedAt = Date.now();
      position.retryMs = stream.retryMs() ?? position.retryMs;
      if (isRepeated(event.id, position.lastId)) continue;
      position.idle = 0;
      position.lastId = event.id ?? position.lastId;
      yield toEvent(request, { ...event, id: position.lastId ?? '' }, schema);
    }
    return !stream.hasEvents;
  } finally {
    stream.close();
  }
}

function mayPass(error: unknown): boolean {
  return error instanceof ApiError ? passing.includes(error.status) : error instanceof UnreachableError;
}

/** Numbered events only grow; a proxy that drops `Last-Event-ID` makes the engine send old ones again. */
function isRepeated(id: string | undefined, lastId: string | undefined): boolean {
  if (!/^\d+$/.test(id ?? '') || !/^\d+$/.test(lastId ?? '')) return false;
  return Number(id) <= Number(lastId);
}

function toEvent(
  request: ApiRequest,
  { id, type, data }: RawEvent & { id: string },
  schema: z.ZodType | undefined,
): ServerEvent {
  const json = parseJson(data);
  if (json === undefined) throw unreadableEvent(request, id, 'it is not JSON');
  if (!schema) return { id, type, data: json };
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw unreadableEvent(request, id, describeIssues(parsed.error));
  return { id, type, data: parsed.data };
}

function unreadableEvent(request: ApiRequest, id: string, detail: string): ApiError {
  return new ApiError(operationOf(request), {
    status: 200,
    code: null,
    title: 'The answer does not fit the contract',
    detail: `reading event ${id}: ${detail}; the engine may have another version than this client`,
    fields: [],
    requestId: null,
  });
}

/** Waits; rejects with the signal's reason if it is aborted first. */
function delay(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
