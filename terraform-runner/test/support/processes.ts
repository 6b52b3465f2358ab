import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * Returns processes that work in this folder or were started with a path in it, except the test's own. In the
 * sandbox only the environment contains it, as the folder of sockets.
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

/** Returns processes with this text in their command line. */
export function processesWith(text: string): { pid: number; commandLine: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((name) => ({ pid: Number(name), commandLine: commandLineOf(name) }))
    .filter(({ commandLine }) => commandLine.includes(text));
}

/** Returns Terraform's own pid, not that of the shell above it. */
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
