import { createServer, type RequestListener } from 'node:http';

/** Calls `run` with the URL of a server on a random port, and closes the server afterwards. */
export async function served<T>(listener: RequestListener, run: (baseUrl: string) => Promise<T>): Promise<T> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  try {
    return await run(`http://127.0.0.1:${(server.address() as { port: number }).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
}
