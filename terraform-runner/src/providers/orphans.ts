import { existsSync, readdirSync } from 'node:fs';
import { type JobPaths, jobPaths } from '../workdir/job-paths.ts';
import { findProviders } from './shared-provider.ts';

/** Finds folders of providers and egress processes that a dead runner left behind in inactive jobs. */
export function findOrphans(runsDir: string, isActive: (jobId: string) => boolean): string[] {
  return readdirSync(runsDir)
    .filter((jobId) => !jobId.startsWith('.') && !isActive(jobId))
    .flatMap((jobId) => backgroundFolders(jobPaths(runsDir, jobId, '.')));
}

/** Returns the folders of a job's programs that run beside its commands: its providers and its egress process. */
export function backgroundFolders({ providers, egress }: JobPaths): string[] {
  const started = findProviders(providers).map(({ directory }) => directory);
  return existsSync(egress) ? [...started, egress] : started;
}
