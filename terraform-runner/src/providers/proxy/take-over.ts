import { readFileSync } from 'node:fs';
import type { TakeOver } from './proxy-settings.ts';

/** Returns a function that tells what the job brought that took this provider over; `undefined` before, and without one. */
export function createTakeOver(path: string): () => TakeOver | undefined {
  let known: TakeOver | undefined;
  return () => {
    known ??= read(path);
    return known;
  };
}

function read(path: string): TakeOver | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
