import { setTimeout as delay } from 'node:timers/promises';

export type RetryDelays = {
  /** Waits before the next attempt: twice as long as before, up to the limit. Rejects when `signal` is aborted. */
  wait(): Promise<void>;
  /** Makes the next delay the shortest again. */
  reset(): void;
};

/** Returns the delays between the attempts of one retry loop. */
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
