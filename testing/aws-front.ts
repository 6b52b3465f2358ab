import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** Answers by `X-Amz-Target` for operations that the local AWS does not have. */
const answers: Record<string, object> = {
  'AnyScaleFrontendService.ListTagsForResource': { Tags: {} },
};

/** Starts a server before the local AWS that answers what that lacks, so that autoscaling can be applied. */
export async function startAwsFront(upstream: string): Promise<{ url: string; stop(): Promise<void> }> {
  const { hostname: host, port } = new URL(upstream);
  const server = createServer(async (incoming, outgoing) => {
    const body = await buffer(incoming).catch(() => undefined);
    if (!body) return void outgoing.destroy();
    const answer = answers[String(incoming.headers['x-amz-target'])];
    if (answer)
      return void outgoing
        .writeHead(200, { 'content-type': 'application/x-amz-json-1.1' })
        .end(JSON.stringify(answer));
    const { method, url: path, headers } = incoming;
    const forwarded = httpRequest({ host, port, method, path, headers }, (answered) => {
      outgoing.writeHead(answered.statusCode ?? 502, answered.headers);
      answered.pipe(outgoing);
    });
    forwarded.on('error', () => outgoing.destroy());
    forwarded.end(body);
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
