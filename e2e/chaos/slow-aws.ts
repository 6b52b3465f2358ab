import { createServer, request as httpRequest, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export type SlowAws = {
  url: string;
  /** Share of calls whose answer is lost after the work was done, and whose connection breaks before it. */
  setFaults(faults: { delayMs: number; loseAnswers: number; breakBefore: number }): void;
  /** While away, every connection is closed at once. */
  setAway(away: boolean): void;
  stop(): Promise<void>;
};

/** Stands in front of the local AWS and answers late, breaks connections, or is away. */
export async function startSlowAws(upstream: string, random: () => number): Promise<SlowAws> {
  const target = new URL(upstream);
  let faults = { delayMs: 0, loseAnswers: 0, breakBefore: 0 };
  let away = false;
  const server = createServer((incoming, outgoing) => {
    const { delayMs, loseAnswers, breakBefore } = faults;
    const wait = delayMs * random();
    const lose = random() < loseAnswers;
    if (away || random() < breakBefore) return void outgoing.destroy();
    const forwarded = httpRequest(
      {
        host: target.hostname,
        port: target.port,
        method: incoming.method,
        path: incoming.url,
        headers: incoming.headers,
      },
      async (answer) => {
        const chunks: Buffer[] = [];
        for await (const chunk of answer) chunks.push(chunk);
        await delay(wait);
        if (lose || away) outgoing.destroy();
        else finish(outgoing, answer.statusCode ?? 502, answer.headers, Buffer.concat(chunks));
      },
    );
    forwarded.on('error', () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    setFaults(next) {
      faults = next;
    },
    setAway(next) {
      away = next;
      if (next) server.closeAllConnections();
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function finish(
  outgoing: ServerResponse,
  status: number,
  headers: NodeJS.Dict<string | string[]>,
  body: Buffer,
): void {
  const kept = { ...headers };
  delete kept['transfer-encoding'];
  outgoing.writeHead(status, { ...kept, 'content-length': String(body.byteLength) });
  outgoing.end(body);
}
