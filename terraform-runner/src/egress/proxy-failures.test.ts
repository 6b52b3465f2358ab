import { once } from 'node:events';
import { request, type Server } from 'node:http';
import { type AddressInfo, connect, createServer, type Server as NetServer, Socket } from 'node:net';
import { createAllowList, parseAllowRule } from './allow-list.ts';
import { connectTo, createProxy } from './proxy.ts';

const answers: Record<string, string> = {
  '/silent': '',
  '/odd': 'HTTP/1.1 099 Odd\r\ncontent-length: 0\r\n\r\n',
  '/short': 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nab',
};
let target: NetServer;
let proxy: Server;
const portOf = (server: NetServer) => (server.address() as AddressInfo).port;

beforeAll(async () => {
  target = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (head) => socket.end(answers[String(head).split(' ')[1] ?? ''] ?? ''));
  }).listen(0, '127.0.0.1');
  await once(target, 'listening');
  const onDenied = (host: string) => {
    if (host.startsWith('throws.')) throw new Error('no one to report to');
  };
  const rule = parseAllowRule(`127.0.0.1:${portOf(target)}`);
  proxy = createProxy({ list: createAllowList(rule ? [rule] : []), onDenied }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
});
afterAll(() => {
  proxy.close();
  proxy.closeAllConnections();
  target.close();
});

/** Returns all that the proxy answers until it closes the connection. */
async function raw(text: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port: portOf(proxy) });
  socket.on('error', () => socket.destroy());
  socket.write(text, 'latin1');
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  return Buffer.concat(chunks).toString('latin1');
}

const connectText = (address: string) => `CONNECT ${address} HTTP/1.1\r\nhost: x\r\n\r\n`;

test.each(['/silent', '/odd'])(
  'a target that answers %s ends the request without an answer',
  async (path) => {
    const asked = request({ port: portOf(proxy), path: `http://127.0.0.1:${portOf(target)}${path}` }).end();
    await expect(once(asked, 'response')).rejects.toThrow('socket hang up');
  },
);

test('an answer that breaks off is broken off for the client too', async () => {
  const asked = request({ port: portOf(proxy), path: `http://127.0.0.1:${portOf(target)}/short` }).end();
  const [answer] = await once(asked, 'response');
  expect(answer.statusCode).toBe(200);
  await expect(answer.toArray()).rejects.toThrow('aborted');
});

test('a request whose refusal cannot be reported is closed without an answer', async () => {
  expect(await raw(connectText('throws.example.org:443'))).toBe('');
  expect(await raw('GET http://throws.example.org/ HTTP/1.1\r\nhost: x\r\n\r\n')).toBe('');
});

test('a client that resets its connection does no harm to others', async () => {
  for (const address of ['denied.example.org:443', `127.0.0.1:${portOf(target)}`]) {
    const socket = connect({ host: '127.0.0.1', port: portOf(proxy) });
    const [accepted] = await Promise.all([once(proxy, 'connection'), once(socket, 'connect')]);
    socket.write(connectText(address));
    await once(proxy, 'connect');
    const closed = once(accepted[0], 'close').catch(() => {});
    socket.resetAndDestroy();
    await closed;
  }
  expect(await raw(connectText('denied.example.org:443'))).toContain(' 403 ');
});

test('a connection attempt ends after 15 s; an open connection may stay silent', async () => {
  const limits = jest.spyOn(Socket.prototype, 'setTimeout');
  const attempt = connectTo('127.0.0.1', portOf(target));
  const [timeoutMs, onTimeout] = limits.mock.calls[0] ?? [];
  const [stuck] = limits.mock.contexts as Socket[];
  expect(timeoutMs).toBe(15_000);
  onTimeout?.();
  expect(stuck?.destroyed).toBe(true);
  expect(await attempt).toBeUndefined();
  limits.mockRestore();
  const socket = await connectTo('127.0.0.1', portOf(target));
  expect([socket?.destroyed, socket?.timeout]).toStrictEqual([false, 0]);
  socket?.destroy();
});
