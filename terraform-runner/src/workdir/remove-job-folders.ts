import { rm } from 'node:fs/promises';
import type { JobPaths } from './job-paths.ts';

/** Removes all files of a job; its folder of sockets may lie elsewhere. */
export async function removeJobFolders(paths: JobPaths): Promise<void> {
  for (const path of [paths.temporary, paths.root]) await rm(path, { recursive: true, force: true });
}
