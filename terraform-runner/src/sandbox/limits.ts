import type { Limits } from './settings.ts';

const megabyte = 1024 * 1024;

/** Returns arguments for prlimit(1); the limits apply to the following command and its descendants. */
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
