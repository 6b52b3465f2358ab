import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { call, ownAnswer, reply } from './unary-call.ts';
import type { Upstream } from './upstream.ts';

const lookMs = 100;
/** Used when the runner has not said how long calls may continue. */
const defaultMs = 30_000;

export function isStop(headers: IncomingHttpHeaders): boolean {
  return /^\/tfplugin[56]\.Provider\/(Stop|StopProvider)$/.test(headers[':path'] ?? '');
}

/**
 * Stops providers later than Terraform asks for. A stopping provider cancels requests that the cloud may have
 * executed already, so a create in flight gets the time that the runner allows.
 */
export function createStopCalls(
  version: number,
  upstreams: () => Iterable<Upstream>,
  /** File with the time to cancel calls, in milliseconds since 1970; written by the runner. */
  stopAtPath: string,
) {
  const path = `/tfplugin${version}.Provider/${version === 5 ? 'Stop' : 'StopProvider'}`;
  let firstAskedAt: number | undefined;

  function stop(upstream: Upstream): void {
    upstream.isStopped = true;
    call(upstream.session, path).catch(() => {});
  }

  function look(): void {
    const isLate = Date.now() >= (readTime(stopAtPath) ?? (firstAskedAt ?? Date.now()) + defaultMs);
    for (const upstream of upstreams()) {
      if (upstream.isStopped) continue;
      const isWanted = upstream.stopAsked || (upstream.isLeft && upstream.applies > 0);
      if (isWanted && (isLate || (upstream.stopAsked && upstream.creates === 0))) stop(upstream);
    }
  }

  setInterval(look, lookMs).unref();
  return {
    /**
     * Answers Terraform at once, so that it can wait for its calls in flight. A connection that has configured no process has
     * nothing to stop.
     */
    answer(upstream: Upstream | undefined, stream: ServerHttp2Stream): void {
      stream.resume();
      reply(stream, ownAnswer());
      firstAskedAt ??= Date.now();
      if (upstream) upstream.stopAsked = true;
      look();
    },
  };
}

function readTime(path: string): number | undefined {
  try {
    const time = Number(readFileSync(path, 'utf8'));
    return Number.isFinite(time) && time > 0 ? time : undefined;
  } catch {
    return undefined;
  }
}
