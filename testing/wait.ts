import { setTimeout as delay } from 'node:timers/promises';

/** Polls until `probe` returns something other than undefined, null or false. Throws after `timeoutMs`. */
export async function waitFor<T>(
  what: string,
  probe: () => Promise<T | undefined | null | false> | T | undefined | null | false,
  timeoutMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await probe();
    if (answer !== undefined && answer !== null && answer !== false) return answer;
    if (Date.now() > deadline) throw new Error(`waiting for ${what}: not seen within ${timeoutMs} ms`);
    await delay(50);
  }
}
