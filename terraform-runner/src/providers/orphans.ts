import { existsSync, readdirSync } from 'node:fs';
import { jobPaths } from '../workdir/job-paths.ts';
import { findProviders } from './shared-provider.ts';

/** Finds folders of providers and egress processes that a dead runner left behind in inactive jobs. */
export function findOrphans(runsDir: string, isActive: (jobId: string) => boolean): string[] {
  return readdirSync(runsDir)
    .filter((jobId) => !jobId.startsWith('.') && !isActive(jobId))
    .flatMap((jobId) => {
      const { providers, egress } = jobPaths(runsDir, jobId, '.');
      const left = findProviders(providers).map(({ directory }) => directory);
      return existsSync(egress) ? [...left, egress] : left;
    });
}
