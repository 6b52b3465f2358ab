import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { writeAtomically } from '../files/atomic-write.ts';
import { isRunning } from '../process/background.ts';
import { controlPaths } from './provider-command.ts';

const pollMs = 50;
/** Fraction of the drain time after which calls are cancelled; what a provider answers then still counts. */
const breakOffShare = 2 / 3;

/** Tells the proxies when to cancel calls, in milliseconds since 1970. */
export async function breakOffAt(directories: string[], time: number): Promise<void> {
  const write = (directory: string) =>
    writeAtomically(controlPaths(directory).stopAt, String(Math.round(time)));
  await Promise.all(directories.map((directory) => write(directory).catch(() => {}))); // the provider is gone
}

/** Returns when a stop cancels calls in flight: never earlier than the drain after Terraform's end would. */
export function breakOffTime(stop: { at: number; graceMs: number }, drainMs: number): number {
  return stop.at + Math.max(stop.graceMs * breakOffShare, drainMs * breakOffShare);
}

/**
 * Waits, at most `drainMs`, until all calls in flight of a Terraform that has ended have finished. Returns
 * whether they have. Rejects when `signal` is aborted; the calls continue.
 */
export async function drain(directories: string[], drainMs: number, signal: AbortSignal): Promise<boolean> {
  const busy = () =>
    directories.filter((directory) => !existsSync(controlPaths(directory).idle) && isRunning(directory));
  if (busy().length === 0) return true;
  const start = Date.now();
  await breakOffAt(busy(), start + drainMs * breakOffShare);
  while (busy().length > 0) {
    if (Date.now() - start >= drainMs) return false;
    await delay(pollMs, undefined, { signal });
  }
  return true;
}
