import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { AllowList } from './allow-list.ts';
import { resolveAllowed } from './resolve.ts';

const connectMs = 15_000;
/** A hostile run opens as many connections as it can; a provider needs a few dozen. */
const maxConnections = 512;
/** Hop-by-hop headers. Source: RFC 9110, section 7.6.1 */
const hopByHop = ['connection', 'keep-alive', 'proxy-authorization', 'proxy-connection', 'te', 'upgrade'];

export type ProxyOptions = {
  list: AllowList;
  /** Called for each denied request with `host:port`. */
  onDenied: (target: string) => void;
};

/** Creates an HTTP proxy for CONNECT and plain requests that reaches only what the allow-list opens. */
export function createProxy(options: ProxyOptions): Server {
  const server = createServer((incoming, response) => {
    forwardPlain(options, incoming, response).catch(() => response.destroy());
  });
  server.maxConnections = maxConnections;
  server.on('connect', (incoming, socket, head) => {
    tunnel(options, incoming, socket, head).catch(() => socket.destroy());
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  return server;
}

async function tunnel(
  options: ProxyOptions,
  incoming: IncomingMessage,
  client: Duplex,
  head: Buffer,
): Promise<void> {
  client.on('error', () => client.destroy());
  const [, host = '', port = ''] = /^(.+):(\d{1,5})$/.exec(incoming.url ?? '') ?? [];
  const socket = await open(options, host, Number(port));
  if (typeof socket === 'string') {
    client.end(`HTTP/1.1 ${socket}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
    return;
  }
  client.write('HTTP/1.1 200 Connection established\r\n\r\n');
  socket.write(head);
  await Promise.allSettled([pipeline(client, socket), pipeline(socket, client)]);
}

async function forwardPlain(
  options: ProxyOptions,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = URL.canParse(incoming.url ?? '') ? new URL(incoming.url ?? '') : undefined;
  const socket =
    url?.protocol === 'http:'
      ? await open(options, url.hostname, Number(url.port || 80))
      : '400 This is a proxy; it takes absolute http addresses and CONNECT';
  if (!url || typeof socket === 'string') {
    const [status = '400', ...reason] = String(socket).split(' ');
    response.writeHead(Number(status), reason.join(' '), { connection: 'close' }).end();
    return;
  }
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).filter(([name]) => !hopByHop.includes(name)),
  );
  const outgoing = request({
    createConnection: () => socket,
    method: incoming.method ?? 'GET',
    path: `${url.pathname}${url.search}`,
    headers: { ...headers, host: url.host, connection: 'close' },
  });
  outgoing.on('response', (answer) => {
    try {
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.headers);
    } catch {
      return void response.destroy(); // a status or header that Node parses but refuses to send
    }
    pipeline(answer, response).catch(() => response.destroy());
  });
  outgoing.on('error', () => response.destroy());
  pipeline(incoming, outgoing).catch(() => outgoing.destroy());
}

/** Returns a connection, or the HTTP status line of the refusal. */
async function open({ list, onDenied }: ProxyOptions, host: string, port: number): Promise<Socket | string> {
  if (!host || !(port > 0 && port < 65_536)) return '400 The address has no host or no port';
  const target = `${host}:${port}`;
  const found = await resolveAllowed(list, host, port);
  if (found.kind === 'denied') {
    onDenied(target);
    return `403 Egress denied: ${printable(target)}; an operator allows it with EGRESS_ALLOW`;
  }
  if (found.kind === 'unknown') return `502 Resolving ${printable(host)}: ${found.problem}`;
  for (const address of found.addresses) {
    const socket = await connectTo(address, port);
    if (socket) return socket;
  }
  return `502 Connecting to ${printable(target)}: no address of it answers`;
}

export function connectTo(address: string, port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const fail = () => {
      socket.destroy();
      resolve(undefined);
    };
    socket.setTimeout(connectMs, fail);
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.off('error', fail);
      socket.on('error', () => socket.destroy());
      resolve(socket);
    });
  });
}

/** Makes a text safe for a status line. */
function printable(text: string): string {
  return text.replace(/[^\x21-\x7e]/g, '?').slice(0, 200);
}
