import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { createAllowList, parseAllowRule } from './allow-list.ts';
import { createProxy } from './proxy.ts';

const denied: string[] = [];
let target: Server;
let proxy: Server;
const portOf = (server: Server) => (server.address() as AddressInfo).port;

beforeAll(async () => {
  target = createServer((incoming, response) => {
    response.setHeader(
      'x-seen',
      JSON.stringify({ ...incoming.headers, url: incoming.url, method: incoming.method }),
    );
    if (incoming.url === '/teapot') response.writeHead(418, 'Short and stout');
    incoming.pipe(response);
  }).listen(0, '127.0.0.1');
  await once(target, 'listening');
  const rules = [`127.0.0.1:${portOf(target)}`, '127.0.0.2', 'nowhere.invalid', 'localhost.localdomain'];
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
    'keep-alive': 'timeout=5',
    'proxy-connection': 'keep-alive',
    te: 'trailers',
    'x-kept': '1',
  });
  expect(body).toBe('body');
  const seen = JSON.parse(answer.headers['x-seen']);
  expect([answer.statusCode, seen.method, seen.connection]).toStrictEqual([200, 'POST', 'close']);
  expect(seen.url).toBe('/path?x=1');
  expect(seen.host).toBe(`127.0.0.1:${portOf(target)}`);
  expect(seen['x-kept']).toBe('1');
  for (const name of ['proxy-authorization', 'keep-alive', 'proxy-connection', 'te'])
    expect(seen).not.toHaveProperty(name);
  const other = (await get(`http://127.0.0.1:${portOf(target)}/teapot`)).answer;
  expect([other.statusCode, other.statusMessage]).toStrictEqual([418, 'Short and stout']);
});

test('what is not allowed is refused with a reason, and told', async () => {
  for (const address of ['169.254.169.254:80', `127.0.0.1:${portOf(proxy)}`, 'example.org:443', '[::1]:22']) {
    const { answer } = await connectThrough(address);
    assert.equal(answer.statusCode, 403, address);
    expect(answer.statusMessage).toMatch(/^Egress denied: .*EGRESS_ALLOW$/);
    assert.ok(denied.includes(address), address);
  }
  const { answer } = await get('http://169.254.169.254/latest/meta-data/');
  expect([answer.statusCode, answer.headers.connection]).toStrictEqual([403, 'close']);
  expect(denied.filter((address) => address === '169.254.169.254:80').length).toBe(2);
});

test('a refusal shows its target, cut to a length that a status line may have', async () => {
  const { answer } = await connectThrough(`${'x'.repeat(300)}:443`);
  expect(answer.statusMessage).toBe(
    `Egress denied: ${'x'.repeat(200)}; an operator allows it with EGRESS_ALLOW`,
  );
  const odd = (await get('http://[::1]:22/')).answer;
  expect(odd.statusMessage).toBe('Egress denied: [::1]:22; an operator allows it with EGRESS_ALLOW');
});

test('what a client sends together with its request reaches the target', async () => {
  const inner = 'GET /early HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n';
  const all = await raw(`CONNECT 127.0.0.1:${portOf(target)} HTTP/1.1\r\nhost: x\r\n\r\n${inner}`);
  expect(String(all)).toMatch(/^HTTP\/1.1 200 Connection established\r\n\r\nHTTP\/1.1 200 OK\r\n/);
  expect(String(all)).toContain('/early');
});

test('a connection that speaks no HTTP is closed without an answer, and a refused tunnel after it', async () => {
  expect(String(await raw('\0\0\0\r\n\r\n'))).toBe('');
  expect(String(await raw('CONNECT nothing HTTP/1.1\r\nhost: x\r\n\r\n'))).toMatch(
    /^HTTP\/1.1 400 .*\r\n\r\n$/s,
  );
});

test('when one side of a tunnel ends, so does the other', async () => {
  const { socket } = await connectThrough(`127.0.0.1:${portOf(target)}`);
  const [connection] = await Promise.all([
    once(target, 'request'),
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n'),
  ]);
  const ended = once(connection[0].socket, 'close');
  socket.destroy();
  await ended;
});

async function raw(text: string): Promise<Buffer> {
  const socket = connect({ host: '127.0.0.1', port: portOf(proxy) });
  socket.on('error', () => socket.destroy());
  socket.write(text, 'latin1');
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  return Buffer.concat(chunks);
}

test('a name that leads nowhere, and what is no address, are answered as such', async () => {
  expect((await connectThrough('nowhere.invalid:443')).answer.statusCode).toBe(502);
  for (const address of [
    'nothing',
    '127.0.0.1:0',
    '127.0.0.1:65536',
    '127.0.0.1:123456',
    ':80',
    '127.0.0.1:80x',
  ])
    assert.equal((await connectThrough(address)).answer.statusCode, 400, address);
  const { answer } = await connectThrough('127.0.0.2:1');
  expect([answer.statusCode, answer.statusMessage]).toStrictEqual([
    502,
    'Connecting to 127.0.0.2:1: no address of it answers',
  ]);
  expect((await get('https://127.0.0.1/')).answer.statusMessage).toMatch(
    /^This is a proxy; it takes absolute/,
  );
  expect((await get('/path')).answer.statusCode).toBe(400);
});
