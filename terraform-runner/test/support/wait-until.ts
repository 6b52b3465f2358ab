import { setTimeout as delay } from 'node:timers/promises';

/** Waits until a condition holds; throws after the deadline. */
export async function waitUntil<Value>(
  what: string,
  look: () => Value | undefined | false | Promise<Value | undefined | false>,
  deadlineMs = 15_000,
): Promise<Value> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const value = await look();
    if (value) return value;
    if (Date.now() > deadline)
      throw new Error(`waiting until ${what}: it did not happen in ${deadlineMs} ms`);
    await delay(25);
  }
}
