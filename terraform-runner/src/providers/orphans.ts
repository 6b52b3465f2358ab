import { existsSync, readdirSync } from 'node:fs';
import { jobPaths } from '../workdir/job-paths.ts';
import { findProviders } from './shared-provider.ts';

/** Folders of providers and egress processes a dead runner has left behind in jobs of which nothing is in progress. */
export function findOrphans(runsDir: string, isActive: (jobId: string) => boolean): string[] {
  return readdirSync(runsDir)
    .filter((jobId) => !jobId.startsWith('.') && !isActive(jobId))
    .flatMap((jobId) => {
      const { providers, egress } = jobPaths(runsDir, jobId, '.');
      const left = findProviders(providers).map(({ directory }) => directory);
      return existsSync(egress) ? [...left, egress] : left;
    });
}
