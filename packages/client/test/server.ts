import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export type Received = {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
  /** 1 for the server's first request. */
  count: number;
};
export type TestServer = { url: string; received: Received[]; [Symbol.asyncDispose](): Promise<void> };

/** Starts a server on a random port that answers as the test says. */
export async function serve(
  answer: (response: ServerResponse, request: Received) => void | Promise<void>,
): Promise<TestServer> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const { method = '', url = '', headers } = request;
    const body = await buffer(request);
    const entry = { method, url, headers, body, count: received.length + 1 };
    received.push(entry);
    await answer(response, entry);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Returns an address at which nothing listens. */
export async function closedUrl(): Promise<string> {
  await using server = await serve(() => undefined);
  return server.url;
}

export function sendJson(
  response: ServerResponse,
  body: unknown,
  status = 200,
  type = 'application/json',
): void {
  response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body));
}

/** Ends the connection in the middle of an answer, once this much is sent; without a text before any of it. */
export function cut(response: ServerResponse, text: string | Uint8Array): void {
  if (text.length === 0) response.destroy();
  else response.write(text, () => response.destroy());
}
