import { readdirSync, readFileSync } from 'node:fs';

/** Returns processes with this setting in their environment. */
export function processesWith(setting: string): { pid: string; command: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return environment.includes(setting) ? [{ pid, command }] : [];
      } catch {
        return []; // it has ended, or belongs to another user
      }
    });
}
