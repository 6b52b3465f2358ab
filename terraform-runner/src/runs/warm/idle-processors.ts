import { cpus } from 'node:os';

/** Returns a function that tells how many of the machine's processors had nothing to do since its last call, on average. */
export function idleProcessors(): () => number {
  let last = idleNow();
  return () => {
    const [before, now] = [last, idleNow()];
    last = now;
    const elapsed = now.at - before.at;
    return elapsed > 0 ? (now.idle - before.idle) / elapsed : 0;
  };
}

function idleNow(): { at: number; idle: number } {
  return { at: performance.now(), idle: cpus().reduce((sum, { times }) => sum + times.idle, 0) };
}
