import type { Stoppable } from './stop-reason.ts';

/** Stops the run `limitMs` after `startedAt`; time without a runner counts. */
export function limitTime(
  run: Stoppable,
  limit: { startedAt: number; limitMs: number; graceMs: number },
): Disposable {
  const left = Math.max(0, limit.startedAt + limit.limitMs - Date.now());
  const timer = setTimeout(
    () =>
      run.requestStop({ kind: 'timeout', at: Date.now(), graceMs: limit.graceMs, afterMs: limit.limitMs }),
    Math.min(left, 2 ** 31 - 1),
  );
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}
