import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { writeAtomically } from '../files/atomic-write.ts';
import { isRunning } from '../process/background.ts';
import { controlPaths } from './provider-command.ts';

const pollMs = 50;
/** Of the time to drain, the part after which calls are broken off: what a provider answers then still counts. */
const breakOffShare = 2 / 3;

/** Tells the proxies from when on they break calls off, in milliseconds since 1970. */
export async function breakOffAt(directories: string[], time: number): Promise<void> {
  const write = (directory: string) =>
    writeAtomically(controlPaths(directory).stopAt, String(Math.round(time)));
  await Promise.all(directories.map((directory) => write(directory).catch(() => {}))); // the provider is gone
}

/** When calls are broken off that a stop finds in flight: not before they had the time they have without Terraform. */
export function breakOffTime(stop: { at: number; graceMs: number }, drainMs: number): number {
  return stop.at + Math.max(stop.graceMs * breakOffShare, drainMs * breakOffShare);
}

/**
 * Waits until no call is in flight whose Terraform has ended, at most `drainMs`. Answers whether all have ended.
 * Rejects where `signal` is aborted: the calls go on then.
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
