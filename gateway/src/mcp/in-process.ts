import { request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import { type Duplex, duplexPair, Readable } from 'node:stream';
import { finished } from 'node:stream/promises';

/** Who makes a request, as the server would know it of a socket. */
export type Peer = {
  remoteAddress: string | undefined;
  localPort: number | undefined;
  host: string | undefined;
};

/** Returns a `fetch` whose requests a server answers without a socket, as if the peer had sent them. */
export function inProcessFetch(server: Server, peer: Peer): typeof fetch {
  return async (input, init = {}) => {
    const { pathname, search } = new URL(input instanceof Request ? input.url : input);
    const response = await answered(connectTo(server, peer), {
      method: init.method ?? 'GET',
      path: `${pathname}${search}`,
      headers: {
        ...Object.fromEntries(new Headers(init.headers)),
        ...(peer.host ? { host: peer.host } : {}),
      },
      body: init.body as string | Uint8Array | undefined,
      signal: init.signal ?? undefined,
    });
    const status = response.statusCode ?? 500;
    return new Response(bodyOf(response, status), {
      status,
      headers: Object.entries(response.headers).flatMap(([name, value]): [string, string][] =>
        value === undefined ? [] : [[name, String(value)]],
      ),
    });
  };
}

/** Statuses whose answer has no body; `Response` takes none for them. Source: https://fetch.spec.whatwg.org/#null-body-status */
const withoutBody = [204, 205, 304];

function bodyOf(response: IncomingMessage, status: number): ReadableStream<Uint8Array<ArrayBuffer>> | null {
  if (!withoutBody.includes(status))
    return Readable.toWeb(response) as ReadableStream<Uint8Array<ArrayBuffer>>;
  response.resume();
  return null;
}

function connectTo(server: Server, { remoteAddress, localPort }: Peer): Duplex {
  const [near, far] = duplexPair();
  near.once('close', () => far.destroy());
  finished(far).catch(() => near.destroy()); // the answer was cut, or the caller has left
  server.emit('connection', Object.assign(far, { remoteAddress, localPort }));
  return near;
}

type Sent = {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | Uint8Array | undefined;
  signal: AbortSignal | undefined;
};

function answered(connection: Duplex, { body, signal, ...options }: Sent): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      ...options,
      ...(signal ? { signal } : {}),
      createConnection: () => connection,
    });
    request.once('response', (response) => {
      response.once('close', () => connection.destroy());
      resolve(response);
    });
    request.once('error', reject);
    request.end(body);
  });
}
