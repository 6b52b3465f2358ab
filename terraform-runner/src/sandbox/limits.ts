import type { Limits } from './settings.ts';

const megabyte = 1024 * 1024;

/** Arguments of prlimit(1) that hold for the command after them and everything it starts. */
export function limitArguments(limits: Limits): string[] {
  return [
    `--as=${limits.memoryMb * megabyte}`,
    `--nproc=${limits.processes}`,
    `--nofile=${limits.openFiles}`,
    `--fsize=${limits.fileMb * megabyte}`,
    `--cpu=${limits.cpuSeconds}`,
    '--core=0',
  ];
}
