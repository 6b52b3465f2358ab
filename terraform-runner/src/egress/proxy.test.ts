import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createAllowList, parseAllowRule } from './allow-list.ts';
import { createProxy } from './proxy.ts';

const denied: string[] = [];
let target: Server;
let proxy: Server;
const portOf = (server: Server) => (server.address() as AddressInfo).port;

beforeAll(async () => {
  target = createServer((incoming, response) => {
    response.setHeader('x-seen', JSON.stringify({ url: incoming.url, ...incoming.headers }));
    incoming.pipe(response);
  }).listen(0, '127.0.0.1');
  await once(target, 'listening');
  const rules = [`127.0.0.1:${portOf(target)}`, 'nowhere.invalid', 'localhost.localdomain'];
  const list = createAllowList(rules.flatMap((rule) => parseAllowRule(rule) ?? []));
  proxy = createProxy({ list, onDenied: (host) => denied.push(host) }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
});
afterAll(() => {
  for (const server of [proxy, target]) {
    server.close();
    server.closeAllConnections();
  }
});

async function connectThrough(address: string) {
  const asked = request({ port: portOf(proxy), method: 'CONNECT', path: address }).end();
  const [answer, socket] = (await once(asked, 'connect')) as [
    { statusCode: number; statusMessage: string },
    Socket,
  ];
  return { answer, socket };
}

async function get(url: string, headers = {}) {
  const asked = request({ port: portOf(proxy), path: url, headers, method: 'POST' }).end('body');
  const [answer] = await once(asked, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  return { answer, body: Buffer.concat(chunks).toString() };
}

test('a tunnel leads to what is allowed', async () => {
  const { answer, socket } = await connectThrough(`127.0.0.1:${portOf(target)}`);
  expect(answer.statusCode).toBe(200);
  socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi');
  const [data] = await once(socket, 'data');
  expect(String(data)).toMatch(/^HTTP\/1.1 200/);
  socket.destroy();
});

test('a plain request is passed on with its own host and without headers of the connection', async () => {
  const { answer, body } = await get(`http://127.0.0.1:${portOf(target)}/path?x=1`, {
    host: 'elsewhere.example.org',
    'proxy-authorization': 'secret',
    'x-kept': '1',
  });
  expect(body).toBe('body');
  const seen = JSON.parse(answer.headers['x-seen']);
  expect(seen.url).toBe('/path?x=1');
  expect(seen.host).toBe(`127.0.0.1:${portOf(target)}`);
  expect(seen['x-kept']).toBe('1');
  expect(seen['proxy-authorization']).toBe(undefined);
});

test('what is not allowed is refused with a reason, and told', async () => {
  for (const address of ['169.254.169.254:80', `127.0.0.1:${portOf(proxy)}`, 'example.org:443', '[::1]:22']) {
    const { answer } = await connectThrough(address);
    assert.equal(answer.statusCode, 403, address);
    expect(answer.statusMessage).toMatch(/^Egress denied: .*EGRESS_ALLOW$/);
    assert.ok(denied.includes(address), address);
  }
  const { answer } = await get('http://169.254.169.254/latest/meta-data/');
  expect(answer.statusCode).toBe(403);
});

test('a name that leads nowhere, and what is no address, are answered as such', async () => {
  expect((await connectThrough('nowhere.invalid:443')).answer.statusCode).toBe(502);
  expect((await connectThrough('nothing')).answer.statusCode).toBe(400);
  expect((await get('/path')).answer.statusCode).toBe(400);
});
