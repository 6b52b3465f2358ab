import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Identifies a process uniquely, even after its pid is reused: start time and boot id differ. */
export type ProcessIdentity = {
  pid: number;
  /** Clock ticks after boot, field 22 of `/proc/<pid>/stat`. */
  startTicks: string;
  bootId: string;
};

/** Shell text that writes the shell's identity to `$1/pid`, and exits if another shell already did. */
export const recordIdentityScript = `
set -C
read -r boot < /proc/sys/kernel/random/boot_id
read -r stat < /proc/$$/stat
printf '%s %s\\n' "$boot" "$stat" > "$1/pid" || exit 125
set +C
`;

/** Reads what `recordIdentityScript` wrote; `undefined` if it has not yet. */
export function readIdentity(directory: string): ProcessIdentity | undefined {
  const text = readText(`${directory}/pid`);
  const separator = text?.indexOf(' ') ?? -1;
  if (!text?.endsWith('\n') || separator < 0) return undefined;
  const stat = parseStat(text.slice(separator + 1));
  return stat && { pid: stat.pid, startTicks: stat.startTicks, bootId: text.slice(0, separator) };
}

/** Returns the identity of this process, also as the first one of a container, which nobody may signal. */
export function identifySelf(): ProcessIdentity | undefined {
  const { startTicks } = fieldsOf(readText(`/proc/${process.pid}/stat`) ?? '');
  return startTicks ? { pid: process.pid, startTicks, bootId: bootId() } : undefined;
}

/** Returns the identity of a running process. */
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
 * Returns the processes of a session: the process and its descendants, except those that started their own
 * session. The kernel does not reuse a pid that still names a session, so they belong to the leader even
 * after its death.
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

/** Kills the process and its session, even if the process itself has ended. */
export function killSession(identity: ProcessIdentity, send: Send = sendSignal): void {
  if (isAlive(identity)) send(-identity.pid, 'SIGKILL');
  for (const pid of sessionOf(identity)) send(pid, 'SIGKILL');
}

/** Sends a signal to a process, or to a group by a negative number; false if there is none. */
type Send = (pid: number, signal: NodeJS.Signals) => boolean;

/** Sandbox programs that start the command and wait for it. */
const wrappers = /\/(nsenter|bwrap|setpriv|prlimit)$/;

/**
 * Interrupts Terraform itself, below the shell and the sandbox. A fake Terraform may be a script, with a
 * different executable. Returns false if it does not run (yet).
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
    return false; // it ended meanwhile
  }
}

/** Returns all processes, oldest first. */
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

/** See proc(5); the name in parentheses may itself contain spaces and parentheses. */
function fieldsOf(text: string) {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0], session: fields[3], startTicks: fields[19] };
}

function parseStat(text: string) {
  const { state, session, startTicks } = fieldsOf(text);
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
