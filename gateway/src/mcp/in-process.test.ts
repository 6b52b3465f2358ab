import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createClient, UnreachableError } from '@deployment-engine/client';
import { inProcessFetch } from './in-process.ts';

const peer = { remoteAddress: '192.0.2.7', localPort: 3000, host: 'engine.example.org' };
const url = 'http://engine.internal';

function fetchOf(listener: RequestListener): typeof fetch {
  return inProcessFetch(createServer(listener), peer);
}

test('a request arrives as its caller sent it, from the address of the caller', async () => {
  const fetch = fetchOf(async (request, response) => {
    const body = (await request.toArray()).join('');
    const { method, url: path, headers } = request;
    const address = request.socket.remoteAddress;
    response.end(JSON.stringify({ method, path, body, address, host: headers.host, key: headers.key }));
  });
  const init = { method: 'POST', body: 'x', headers: { key: 'k' } };
  expect(await (await fetch(`${url}/a?b=c`, init)).json()).toStrictEqual({
    method: 'POST',
    path: '/a?b=c',
    body: 'x',
    address: '192.0.2.7',
    host: 'engine.example.org',
    key: 'k',
  });
});

test('an answer without a body is one', async () => {
  const fetch = fetchOf((_request, response) => response.writeHead(204).end());
  const answer = await fetch(url);
  expect([answer.status, await answer.text()]).toStrictEqual([204, '']);
});

test('a connection that is cut before the answer is a lost connection', async () => {
  const fetch = fetchOf((request) => request.socket.destroy());
  const client = createClient({ url, fetch });
  await expect(client.projects()).rejects.toThrow(UnreachableError);
});

test('a connection that is cut within an answer is no complete answer', async () => {
  const fetch = fetchOf((request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
    response.write('{"projects":[', () => request.socket.destroy());
  });
  const client = createClient({ url, fetch });
  await expect(client.projects()).rejects.toThrow(UnreachableError);
});

test('events go on after a cut connection, each once', async () => {
  const asked: unknown[] = [];
  let cut: (() => void) | undefined;
  const fetch = fetchOf((request, response) => {
    const after = request.headers['last-event-id'];
    asked.push(after);
    if (after === '2') return response.writeHead(204).end();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    if (after === '1') return response.end(logEvent(2));
    response.write(logEvent(1));
    cut = () => request.socket.destroy();
  });
  const client = createClient({ url, fetch, events: { retryMs: 1, giveUpMs: 5000 } });
  const ids = [];
  for await (const { id } of client.jobEvents({ params: { jobId: 'deploy-1704067200000-abc123' } })) {
    ids.push(id);
    if (id === '1') cut?.();
  }
  expect(ids).toStrictEqual(['1', '2']);
  expect(asked).toStrictEqual([undefined, '1', '2']);
});

test('a caller that leaves ends the connection', async () => {
  let left: Promise<unknown> | undefined;
  const controller = new AbortController();
  const fetch = fetchOf((request) => {
    left = once(request.socket, 'close');
    controller.abort();
  });
  await expect(fetch(url, { signal: controller.signal })).rejects.toThrow(/abort/i);
  await left;
});

function logEvent(seq: number): string {
  const data = { type: 'log', seq, at: '2030-01-01T00:00:00.000Z', step: 'plan', line: 'x' };
  return `id: ${seq}\nevent: log\ndata: ${JSON.stringify(data)}\n\n`;
}
