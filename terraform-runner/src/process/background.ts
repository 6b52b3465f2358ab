import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { CommandLine } from './command-line.ts';
import { isAlive, killSession, readIdentity, recordIdentityScript, sessionOf } from './identity.ts';

/** How long the shell may take to record its identity. */
export const recordMs = 2000;
const pollMs = 20;

/** The shell becomes the program, so the recorded identity is the program's. */
const script = `${recordIdentityScript}
shift
exec "$@" 2> /dev/null
`;

/** Starts a program that serves several commands of a job and outlives the runner. Discards its errors. */
export function startBackground(directory: string, line: CommandLine): void {
  const output = openSync(join(directory, 'stdout'), 'a', 0o600);
  try {
    const child = spawn('/bin/sh', ['-c', script, 'engine-background', directory, line.file, ...line.args], {
      cwd: line.cwd,
      env: line.env,
      detached: true,
      stdio: ['ignore', output, 'ignore'],
    });
    child.once('error', () => {}); // shows as a program that never becomes ready
    child.unref();
  } finally {
    closeSync(output);
  }
}

/** Whether the program has run and ended; false if its shell has not begun yet. */
export function hasEnded(directory: string): boolean {
  const identity = readIdentity(directory);
  return identity !== undefined && !isAlive(identity);
}

export function isRunning(directory: string): boolean {
  const identity = readIdentity(directory);
  return identity !== undefined && isAlive(identity);
}

/** Polls until `look` returns a value; `undefined` if the program ends first or the time is up. */
export async function whenReady<Answer>(
  directory: string,
  limitMs: number,
  look: () => Answer | undefined,
): Promise<Answer | undefined> {
  const startedAt = Date.now();
  for (;;) {
    const recorded = readIdentity(directory) !== undefined;
    const answer = isRunning(directory) ? look() : undefined;
    const waitedMs = Date.now() - startedAt;
    if (answer || hasEnded(directory) || waitedMs > (recorded ? limitMs : recordMs)) return answer;
    await delay(pollMs);
  }
}

/** Ends the program and everything it started, and removes its record. */
export async function stopBackground(directory: string): Promise<void> {
  const deadline = Date.now() + recordMs;
  while (!readIdentity(directory) && Date.now() < deadline) await delay(pollMs); // its shell has just started
  const identity = readIdentity(directory);
  if (identity) killSession(identity);
  while (identity && sessionOf(identity).length > 0 && Date.now() < deadline) await delay(pollMs);
  await rm(directory, { recursive: true, force: true });
}
