import { setTimeout as delay } from 'node:timers/promises';

export type RetryDelays = {
  /** Waits before the next round: twice as long as before, up to the limit. Rejects where `signal` is aborted. */
  wait(): Promise<void>;
  /** Begins with the shortest delay again. */
  reset(): void;
};

/** The delays between the rounds of one retry loop. */
export function retryDelays(options: {
  firstMs: number;
  maxMs: number;
  signal?: AbortSignal | undefined;
}): RetryDelays {
  const { firstMs, maxMs, signal } = options;
  let nextMs = firstMs;
  return {
    async wait() {
      const ms = nextMs;
      nextMs = Math.min(maxMs, 2 * nextMs);
      await delay(ms, undefined, signal ? { signal } : {});
    },
    reset() {
      nextMs = firstMs;
    },
  };
}
