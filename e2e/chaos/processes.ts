import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export type FoundProcess = { pid: number; command: string };

/** Finds processes in one of the folders, by command line or working folder, whose program matches. */
export function findProcesses(directories: string[], program: RegExp): FoundProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        const folder = readlinkSync(`/proc/${name}/cwd`);
        const executable = readlinkSync(`/proc/${name}/exe`);
        const environment = readFileSync(`/proc/${name}/environ`, 'utf8');
        const ours = directories.some(
          (directory) =>
            folder.startsWith(directory) ||
            command.includes(directory) ||
            environment.includes(`TMPDIR=${directory}`), // the only trace of it in the sandbox
        );
        return ours && program.test(executable) ? [{ pid: Number(name), command }] : [];
      } catch {
        return []; // it has ended in the meantime
      }
    });
}

export const terraformProgram = /\/(terraform|tofu)$/;
export const providerProgram = /\/terraform-provider-aws/;

/** Sends a signal to each process that still runs. Returns how many got it. */
export function signalAll(processes: FoundProcess[], signal: NodeJS.Signals): number {
  return processes.filter(({ pid }) => {
    try {
      process.kill(pid, signal);
      return true;
    } catch {
      return false;
    }
  }).length;
}

/** Finds the engine's own programs between Terraform and its providers. */
export function findProxies(directories: string[]): FoundProcess[] {
  return findProcesses(directories, /\/node$/).filter(({ command }) =>
    /providers\/proxy\/main\.ts/.test(command),
  );
}
