import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Processes that work in, or were started with a path of, this folder; the test's own process is left out. */
export function processesIn(folder: string): { pid: number; commandLine: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((name) => ({
      pid: Number(name),
      commandLine: commandLineOf(name),
      cwd: linkOf(`/proc/${name}/cwd`),
    }))
    .filter(({ commandLine, cwd }) => commandLine.includes(folder) || cwd.startsWith(folder));
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
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
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
