import supertest from 'supertest';
import { type Client, clientOf } from '../../testing/client.ts';

/** Creates a client that calls the gateway of a test through supertest. `headers` go with every call. */
export function createSupertestClient(url: string, headers: Record<string, string> = {}): Client {
  const app = supertest(url);
  return clientOf(async (method, path, body, more) => {
    const name = method.toLowerCase() as 'get' | 'post' | 'put' | 'patch' | 'delete';
    const call = app[name](path).buffer(true).parse(readText);
    if (body !== undefined) call.type('application/json');
    call.set({ ...headers, ...more });
    const response = await (body === undefined
      ? call
      : call.send(typeof body === 'string' ? body : JSON.stringify(body)));
    const text: string = response.body;
    const isJson = /[/+]json/.test(response.headers['content-type'] ?? '');
    return {
      status: response.status,
      body: isJson ? JSON.parse(text) : text,
      headers: new Headers(Object.entries(response.headers).map(([key, value]) => [key, String(value)])),
    };
  });
}

/** Reads every body as text; Superagent would parse each content type differently. */
function readText(response: supertest.Response, done: (error: Error | null, text: string) => void): void {
  const chunks: Buffer[] = [];
  const stream = response as unknown as NodeJS.ReadableStream;
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.on('end', () => done(null, Buffer.concat(chunks).toString('utf8')));
}
