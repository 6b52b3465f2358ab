import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type Endpoint, endpoints } from '@deployment-engine/contracts';
import {
  ApiError,
  type ClientOptions,
  createClient,
  type ServerEvent,
  UnreachableError,
} from '../src/index.ts';
import { closedUrl, cut, type Received, sendJson, serve } from './server.ts';

const params = { jobId: 'deploy-1704067200000-abc123' };
const quick = { retryMs: 1, idleMs: 10_000, giveUpMs: 10_000 };
const total = 5;

/** Events as the gateway writes them; the texts have characters of more than one byte. */
function eventText(seq: number): string {
  const data = {
    seq,
    at: '2026-11-21T03:26:04.485Z',
    type: 'log',
    step: 'plan',
    line: `zeile ${seq} äöü 🚀`,
  };
  return `id: ${seq}\nevent: log\ndata: ${JSON.stringify(data)}\n\n`;
}
const textAfter = (last: number) =>
  Array.from({ length: total - last }, (_, index) => eventText(last + index + 1)).join('');
const lastIdOf = ({ headers }: Received) => Number(headers['last-event-id'] ?? 0);

function begin(response: ServerResponse): ServerResponse {
  return response.writeHead(200, { 'content-type': 'text/event-stream' });
}

/** Answers as the gateway does: what is left, then 204. */
function answerRest(response: ServerResponse, request: Received): void {
  if (lastIdOf(request) >= total) response.writeHead(204).end();
  else begin(response).end(textAfter(lastIdOf(request)));
}

const clientOf = (url: string, events: ClientOptions['events'] = {}) =>
  createClient({ url, events: { ...quick, ...events } });

async function idsOf(events: AsyncIterable<ServerEvent>): Promise<number[]> {
  const ids = [];
  for await (const { id } of events) ids.push(Number(id));
  return ids;
}

async function errorOf(events: AsyncIterable<ServerEvent>): Promise<unknown> {
  return idsOf(events).then(
    (ids) => assert.fail(`it ended after ${ids}`),
    (error: unknown) => error,
  );
}

test('events are typed by their schema, and the stream ends when the engine says so', async () => {
  await using server = await serve(answerRest);
  const events = [];
  for await (const event of clientOf(server.url).jobEvents({ params })) events.push(event);
  const first = events[0];
  assert(first?.data.type === 'log');
  expect([events.length, first.id, first.type, first.data.line]).toStrictEqual([
    5,
    '1',
    'log',
    'zeile 1 äöü 🚀',
  ]);
  expect(server.received.map(({ headers }) => headers['last-event-id'])).toStrictEqual([undefined, '5']);
});

test('a connection cut after any byte is resumed without a gap or a repeat', async () => {
  const bytes = Buffer.from(textAfter(0));
  let length = 0;
  await using server = await serve((response, request) => {
    if (lastIdOf(request) > 0 || length < 0) return answerRest(response, request);
    const part = bytes.subarray(0, length);
    length = -1;
    cut(begin(response), part);
  });
  const client = clientOf(server.url);
  for (let at = 0; at < bytes.length; at += 3) {
    length = at;
    expect(await idsOf(client.jobEvents({ params }, { retryFirst: true }))).toStrictEqual([1, 2, 3, 4, 5]);
  }
});

test('events that come again, because a proxy drops Last-Event-ID, are left out', async () => {
  await using server = await serve((response, request) => {
    if (request.count < 3) cut(begin(response), eventText(1) + eventText(2));
    else answerRest(response, { ...request, headers: request.count > 3 ? request.headers : {} });
  });
  expect(await idsOf(clientOf(server.url).jobEvents({ params }))).toStrictEqual([1, 2, 3, 4, 5]);
});

test('a listener may begin after an event that it has', async () => {
  await using server = await serve(answerRest);
  expect(await idsOf(clientOf(server.url).jobEvents({ params }, { lastEventId: '3' }))).toStrictEqual([4, 5]);
});

test('an engine in a restart is waited for: refused, closed and unready connections', async () => {
  await using server = await serve((response, request) => {
    if (request.count === 1) cut(begin(response), eventText(1));
    else if (request.count < 4) response.writeHead(503, { 'content-type': 'text/html' }).end('<html>');
    else if (request.count < 6) response.destroy();
    else answerRest(response, request);
  });
  expect(await idsOf(clientOf(server.url).jobEvents({ params }))).toStrictEqual([1, 2, 3, 4, 5]);
});

test('a silent connection is resumed, one with heartbeats is not', async () => {
  await using server = await serve((response, request) => {
    if (request.count > 1) return answerRest(response, request);
    begin(response).write(eventText(1));
    let beats = 0;
    const beat = setInterval(() => {
      beats += 1;
      response.write(beats < 50 ? ': still here\n\n' : eventText(2));
      if (beats === 50) clearInterval(beat);
    }, 20);
    response.on('close', () => clearInterval(beat));
  });
  const client = clientOf(server.url, { idleMs: 600 });
  const requestsAt: number[] = [];
  for await (const _event of client.jobEvents({ params })) requestsAt.push(server.received.length);
  expect(requestsAt).toStrictEqual([1, 1, 2, 2, 2]);
});

test('the first connection must succeed, unless the caller has just reached the engine', async () => {
  const refused = clientOf(await closedUrl(), { giveUpMs: 30 });
  expect(await errorOf(refused.jobEvents({ params }))).toBeInstanceOf(UnreachableError);
  expect(await errorOf(refused.jobEvents({ params }, { retryFirst: true }))).toBeInstanceOf(UnreachableError);
  await using server = await serve((response, request) => {
    if (request.count < 3) response.destroy();
    else answerRest(response, request);
  });
  const ids = await idsOf(clientOf(server.url).jobEvents({ params }, { retryFirst: true }));
  expect(ids).toStrictEqual([1, 2, 3, 4, 5]);
});

test('a stream that no connection brings back throws after the limit', async () => {
  await using server = await serve((response, { count }) => {
    if (count === 1) cut(begin(response), eventText(1));
    else response.writeHead(503).end();
  });
  const error = await errorOf(clientOf(server.url, { giveUpMs: 500 }).jobEvents({ params }));
  assert(error instanceof ApiError);
  expect(error.status).toBe(503);
});

test('a refusal ends the stream at once, also in the middle: a revoked key', async () => {
  await using server = await serve((response, { count }) => {
    if (count === 1) begin(response).end(eventText(1));
    else sendJson(response, { code: 'unauthenticated', detail: 'the key is revoked' }, 401);
  });
  const error = await errorOf(clientOf(server.url).jobEvents({ params }));
  expect(error).toMatchObject({ status: 401, code: 'unauthenticated' });
});

test.each([
  ['not JSON', 'hello'],
  ['of another form', '{"seq": 3, "at": "", "type": "log", "step": "none", "line": ""}'],
])('an event that is %s is an ApiError, not a gap', async (_name, data) => {
  await using server = await serve((response) => void begin(response).end(`id: 3\ndata: ${data}\n\n`));
  const error = await errorOf(clientOf(server.url).jobEvents({ params }));
  assert(error instanceof ApiError);
  expect(error.message).toMatch(/\/events: reading event 3: /);
});

test('a listener that leaves closes its connection', async () => {
  let closed: Promise<unknown> | undefined;
  await using server = await serve((response) => {
    closed = once(response, 'close');
    begin(response).write(eventText(1));
  });
  for await (const _event of clientOf(server.url).jobEvents({ params })) break;
  await closed;
  expect(server.received.length).toBe(1);
});

test("an aborted stream throws the signal's reason: while it is read, while it waits, before it begins", async () => {
  const reason = new Error('enough');
  await using server = await serve((response, { count }) => {
    if (count < 3) begin(response).write(eventText(1));
    if (count === 2) response.end(() => response.destroy());
    if (count > 2) response.destroy();
  });
  const client = clientOf(server.url, { retryMs: 60_000 });
  const reading = new AbortController();
  const read = client.jobEvents({ params }, { signal: reading.signal });
  await read.next();
  reading.abort(reason);
  await expect(read.next()).rejects.toBe(reason);

  const waiting = new AbortController();
  const wait = client.jobEvents({ params }, { signal: waiting.signal });
  await wait.next();
  const next = wait.next();
  while (server.received.length < 3) await new Promise(setImmediate);
  waiting.abort(reason);
  await expect(next).rejects.toBe(reason);

  await expect(client.jobEvents({ params }, { signal: AbortSignal.abort(reason) }).next()).rejects.toBe(
    reason,
  );
});

const streams = Object.entries<Endpoint>(endpoints).filter(
  ([, { answer }]) => answer === 'text/event-stream',
);

test.each(streams.map(([name, endpoint]) => [name, endpoint] as const))(
  '%s is a stream of events',
  async (name, endpoint) => {
    await using server = await serve((response, request) => {
      if (lastIdOf(request) > 0) response.writeHead(204).end();
      else begin(response).end('id: 1\ndata: null\n\n');
    });
    const names = [...endpoint.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
    const given = Object.fromEntries(names.map((each) => [each, 'x']));
    const call = clientOf(server.url)[name as 'jobEvents'] as (input: unknown) => AsyncIterable<ServerEvent>;
    await idsOf(call({ params: given })).catch((error) => expect(error).toBeInstanceOf(ApiError));
    expect(server.received[0]?.headers.accept).toContain('text/event-stream');
  },
);
