import { globSync } from 'node:fs';
import { isAlive, readIdentity, sessionOf } from '../process/identity.ts';
import type { JobPaths } from './job-paths.ts';

/** Whether a command, provider or egress process of a job, or any of their descendants, still runs. */
export function livesIn(paths: JobPaths): boolean {
  const directories = [
    ...globSync('*/commands/*', { cwd: paths.runs }).map((name) => `${paths.runs}/${name}`),
    ...globSync('*', { cwd: paths.providers }).map((name) => `${paths.providers}/${name}`),
    paths.egress,
  ];
  return directories.some((directory) => {
    const identity = readIdentity(directory);
    return identity !== undefined && (isAlive(identity) || sessionOf(identity).length > 0);
  });
}
