import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/**
 * Starts a server before the local AWS that answers what that lacks: tags of the one autoscaling target that a test makes,
 * so that autoscaling can be applied.
 */
export async function startAwsFront(upstream: string): Promise<{ url: string; stop(): Promise<void> }> {
  let tags: object = {};
  const answerOf = (operation: string, body: Buffer): object | undefined => {
    if (operation === 'ListTagsForResource') return { Tags: tags };
    if (operation !== 'RegisterScalableTarget' && operation !== 'TagResource') return undefined;
    tags = { ...tags, ...JSON.parse(body.toString()).Tags };
    return operation === 'TagResource' ? {} : undefined;
  };
  const { hostname: host, port } = new URL(upstream);
  const server = createServer(async (incoming, outgoing) => {
    const body = await buffer(incoming).catch(() => undefined);
    if (!body) return void outgoing.destroy();
    const [service, operation = ''] = String(incoming.headers['x-amz-target']).split('.');
    const answer = service === 'AnyScaleFrontendService' ? answerOf(operation, body) : undefined;
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
