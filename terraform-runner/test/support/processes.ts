import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * Processes that work in, or were started with a path of, this folder; the test's own process is left out. In the
 * sandbox only the environment names it, by the folder of sockets.
 */
export function processesIn(folder: string): { pid: number; commandLine: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((name) => ({
      pid: Number(name),
      commandLine: commandLineOf(name),
      cwd: linkOf(`/proc/${name}/cwd`),
      environment: textOf(`/proc/${name}/environ`),
    }))
    .filter(
      ({ commandLine, cwd, environment }) =>
        commandLine.includes(folder) || cwd.startsWith(folder) || environment.includes(`TMPDIR=${folder}`),
    );
}

/** Processes with this text in their command line. */
export function processesWith(text: string): { pid: number; commandLine: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((name) => ({ pid: Number(name), commandLine: commandLineOf(name) }))
    .filter(({ commandLine }) => commandLine.includes(text));
}

/** Terraform itself, not the shell above it. */
export function terraformIn(folder: string, command: string): number | undefined {
  return processesIn(folder).find(({ pid, commandLine }) => {
    const program = linkOf(`/proc/${pid}/exe`);
    return /terraform|tofu/.test(program) && commandLine.split(' ')[1] === command;
  })?.pid;
}

function commandLineOf(pid: string): string {
  return textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
