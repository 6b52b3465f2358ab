import {
  type ClientRequest,
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

export type SlowAws = {
  url: string;
  /**
   * Shares of calls whose answer is lost after the work, and whose connection breaks before it. The answers to
   * `CreateVpc` and `CreateInternetGateway` are never lost: AWS treats the SDK's retry as a second object, which no
   * provider can detect.
   */
  setFaults(faults: { delayMs: number; loseAnswers: number; breakBefore: number }): void;
  /** While away, every connection is closed at once. */
  setAway(away: boolean): void;
  stop(): Promise<void>;
};

/** Starts a proxy for the local AWS that answers late, breaks connections, or is away. */
export async function startSlowAws(upstream: string, random: () => number): Promise<SlowAws> {
  const target = new URL(upstream);
  let faults = { delayMs: 0, loseAnswers: 0, breakBefore: 0 };
  let away = false;
  const answers = new Map<string, Answer>();
  const server = createServer(async (incoming, outgoing) => {
    const { delayMs, loseAnswers, breakBefore } = faults;
    const wait = delayMs * random();
    const chance = random();
    if (away || random() < breakBefore) return void outgoing.destroy();
    const body = await buffer(incoming).catch(() => undefined);
    if (!body) return void outgoing.destroy();
    const lose = chance < loseAnswers && !isUnrepeatable(body);
    const call = repeatableCall(incoming.headers, body);
    const earlier = call && answers.get(call);
    if (earlier) return finish(outgoing, earlier);
    const forwarded = forward(target, incoming, async (answer) => {
      const { statusCode: status = 502, headers } = answer;
      const whole = { status, headers, body: await buffer(answer) };
      if (call) answers.set(call, whole);
      await delay(wait);
      if (lose || away) outgoing.destroy();
      else finish(outgoing, whole);
    });
    forwarded.on('error', () => outgoing.destroy());
    forwarded.end(body);
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

function forward(
  { hostname: host, port }: URL,
  { method, url: path, headers }: IncomingMessage,
  onAnswer: (answer: IncomingMessage) => void,
): ClientRequest {
  return httpRequest({ host, port, method, path, headers }, onAnswer);
}

type Answer = { status: number; headers: NodeJS.Dict<string | string[]>; body: Buffer };

/**
 * AWS returns the first answer again for a repeated token, or for a second balancer with equal name and
 * settings; the local AWS would create a second object. Retries of the SDK have the same id.
 */
function repeatableCall(headers: IncomingHttpHeaders, body: Buffer): string | undefined {
  const isRepeatable = /(?:^|&)(ClientToken=|Action=CreateLoadBalancer(?:&|$))/.test(body.toString('latin1'));
  return isRepeatable ? String(headers['amz-sdk-invocation-id']) : undefined;
}

function isUnrepeatable(body: Buffer): boolean {
  return /(?:^|&)Action=Create(?:Vpc|InternetGateway)(?:&|$)/.test(body.toString('latin1'));
}

function finish(outgoing: ServerResponse, { status, headers, body }: Answer): void {
  const kept = { ...headers };
  delete kept['transfer-encoding'];
  outgoing.writeHead(status, { ...kept, 'content-length': String(body.byteLength) });
  outgoing.end(body);
}
