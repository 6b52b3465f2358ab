import { setTimeout as delay } from 'node:timers/promises';
import { ApiError, UnreachableError } from '@deployment-engine/client';

const patienceMs = 60_000;
const pauseMs = 500;

/** Repeats a read while the engine restarts; for callers that have reached it before. */
export async function patiently<Answer>(read: () => Promise<Answer>): Promise<Answer> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    try {
      return await read();
    } catch (error) {
      const passes = error instanceof UnreachableError || (error instanceof ApiError && error.status === 503);
      if (!passes || Date.now() > deadline) throw error;
    }
    await delay(pauseMs);
  }
}
