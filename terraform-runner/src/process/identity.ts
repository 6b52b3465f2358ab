import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** One process for ever: the kernel reuses pids, but not a pid with the same start time in the same boot. */
export type ProcessIdentity = {
  pid: number;
  /** Clock ticks after boot, field 22 of `/proc/<pid>/stat`. */
  startTicks: string;
  bootId: string;
};

/** Shell text that writes the shell's own identity to `$1/pid`, and ends where another shell did so before. */
export const recordIdentityScript = `
set -C
read -r boot < /proc/sys/kernel/random/boot_id
read -r stat < /proc/$$/stat
printf '%s %s\\n' "$boot" "$stat" > "$1/pid" || exit 125
set +C
`;

/** Reads what `recordIdentityScript` wrote; `undefined` where it has not. */
export function readIdentity(directory: string): ProcessIdentity | undefined {
  const text = readText(`${directory}/pid`);
  const separator = text?.indexOf(' ') ?? -1;
  if (!text?.endsWith('\n') || separator < 0) return undefined;
  const stat = parseStat(text.slice(separator + 1));
  return stat && { pid: stat.pid, startTicks: stat.startTicks, bootId: text.slice(0, separator) };
}

/** The identity of a process that runs now. */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = statOf(pid);
  return stat && { pid, startTicks: stat.startTicks, bootId: bootId() };
}

export function isAlive(identity: ProcessIdentity): boolean {
  const stat = statOf(identity.pid);
  return (
    stat !== undefined &&
    stat.state !== 'Z' &&
    stat.startTicks === identity.startTicks &&
    identity.bootId === bootId()
  );
}

/**
 * The process and everything it has started, as long as that did not start a session of its own. The kernel gives a
 * pid to nobody while it still names a session, so what is found after its leader's death is still the leader's.
 */
export function sessionOf(identity: ProcessIdentity): number[] {
  const leader = statOf(identity.pid);
  if (identity.bootId !== bootId() || (leader && leader.startTicks !== identity.startTicks)) return [];
  return allProcesses().flatMap(({ pid, session, state, startTicks }) =>
    session === identity.pid && state !== 'Z' && Number(startTicks) >= Number(identity.startTicks)
      ? [pid]
      : [],
  );
}

/** Ends the process and what it has started, also where the process itself is gone. */
export function killSession(identity: ProcessIdentity, send: Send = sendSignal): void {
  if (isAlive(identity)) send(-identity.pid, 'SIGKILL');
  for (const pid of sessionOf(identity)) send(pid, 'SIGKILL');
}

/** Sends a signal to a process, or by a negative number to a group; false where there is none. */
type Send = (pid: number, signal: NodeJS.Signals) => boolean;

/** Programs of a sandbox, which start the command and wait for it. */
const wrappers = /\/(nsenter|bwrap|setpriv|prlimit)$/;

/**
 * Interrupts Terraform itself, below the shell and the sandbox; a program that stands in for it may be a script, whose
 * executable is another. False where it does not run (yet).
 */
export function interruptBelow(
  identity: ProcessIdentity,
  executable: string,
  send: Send = sendSignal,
): boolean {
  const below = sessionOf(identity).filter((pid) => pid !== identity.pid);
  const target = below.find((pid) => executableOf(pid) === executable) ?? below.find(isNoWrapper);
  return target !== undefined && send(target, 'SIGINT');
}

function isNoWrapper(pid: number): boolean {
  const executable = executableOf(pid);
  return executable !== undefined && !wrappers.test(executable);
}

function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false; // it ended in between
  }
}

/** Oldest first. */
function allProcesses() {
  return readdirSync('/proc')
    .flatMap((name) => (/^\d+$/.test(name) ? (statOf(Number(name)) ?? []) : []))
    .sort((a, b) => Number(a.startTicks) - Number(b.startTicks) || a.pid - b.pid);
}

function executableOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return undefined;
  }
}

function statOf(pid: number) {
  const text = readText(`/proc/${pid}/stat`);
  return text === undefined ? undefined : parseStat(text);
}

/** See proc(5); the name in parentheses may itself have spaces and parentheses. */
function parseStat(text: string) {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, session, startTicks] = [fields[0], fields[3], fields[19]];
  const pid = Number.parseInt(text, 10);
  if (!state || !session || !startTicks || !(pid > 1)) return undefined;
  return { pid, state, session: Number(session), startTicks };
}

function bootId(): string {
  return readText('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
