import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { CommandLine } from './command-line.ts';
import { isAlive, type ProcessIdentity, readIdentity, recordIdentityScript, sessionOf } from './identity.ts';

const pollMs = 200;

/**
 * A shell that outlives the runner and records how the command ended. It ignores the signals meant for the
 * command. `exit` appears complete or not at all; its bytes are allocated in advance, so that a full disk
 * cannot lose it.
 */
const script = `
trap : HUP INT TERM
${recordIdentityScript}
directory=$1
shift
"$@"
code=$?
printf '%3d\\n' "$code" 1<> "$directory/exit.tmp" && mv "$directory/exit.tmp" "$directory/exit"
`;

/**
 * `lost`: shell and command are gone without an exit code; they were killed, or the machine restarted.
 * If only the shell was killed, the command is still waited for.
 */
export type CommandEnd = { kind: 'exited'; exitCode: number } | { kind: 'lost' };

export type Command = {
  identity(): ProcessIdentity | undefined;
  /** Rejects only when `abandon` is signalled; the command keeps running. */
  ended: Promise<CommandEnd>;
};

/** Whether the command in this folder was already started, by this runner or a previous one. */
export function wasStarted(directory: string): boolean {
  return readIdentity(directory) !== undefined || readExit(directory) !== undefined;
}

/** Adopts the command that runs, or ran, in this folder; otherwise starts `line`. */
export function startOrAdopt(
  directory: string,
  line: CommandLine | undefined,
  abandon: AbortSignal,
): Command {
  let nudge = () => {};
  let isLaunching = false;
  if (line && !wasStarted(directory)) {
    isLaunching = true;
    launch(directory, line, () => {
      isLaunching = false;
      nudge();
    });
  }
  const watch = async (): Promise<CommandEnd> => {
    for (;;) {
      abandon.throwIfAborted();
      const exitCode = readExit(directory) ?? exitIfGone(directory, isLaunching);
      if (exitCode !== undefined)
        return exitCode === 'lost' ? { kind: 'lost' } : { kind: 'exited', exitCode };
      const nudged = new Promise<void>((resolve) => {
        nudge = resolve;
      });
      const timer = new AbortController();
      await Promise.race([nudged, delay(pollMs, undefined, { signal: timer.signal }).catch(() => {})]);
      timer.abort();
    }
  };
  return { identity: () => readIdentity(directory), ended: watch() };
}

/** Returns `undefined` while shell or command run. Looks for them in the whole process table. */
function exitIfGone(directory: string, isLaunching: boolean): number | 'lost' | undefined {
  const identity = readIdentity(directory);
  const isRunning = identity ? isAlive(identity) || sessionOf(identity).length > 0 : isLaunching;
  return isRunning ? undefined : (readExit(directory) ?? 'lost'); // it may have ended between the two looks
}

function launch(directory: string, line: CommandLine, onExit: () => void): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync(join(directory, 'exit.tmp'), '   \n', { mode: 0o600 });
  const stdout = openSync(join(directory, 'stdout'), 'a', 0o600);
  const stderr = openSync(join(directory, 'stderr'), 'a', 0o600);
  try {
    const child = spawn('/bin/sh', ['-c', script, 'engine-command', directory, line.file, ...line.args], {
      cwd: line.cwd,
      env: line.env,
      detached: true,
      stdio: ['ignore', stdout, stderr],
    });
    child.once('exit', onExit);
    child.once('error', onExit);
    child.unref();
  } finally {
    closeSync(stdout);
    closeSync(stderr);
  }
}

function readExit(directory: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(join(directory, 'exit'), 'utf8'), 10);
  } catch {
    return undefined;
  }
}
