import { readdirSync } from 'node:fs';
import { jobPaths } from '../jobs/job-paths.ts';
import { findProviders, type SharedProvider } from './shared-provider.ts';

/** Providers a dead runner has left behind in jobs of which nothing is in progress. */
export function findOrphans(runsDir: string, isActive: (jobId: string) => boolean): SharedProvider[] {
  return readdirSync(runsDir)
    .filter((jobId) => !jobId.startsWith('.') && !isActive(jobId))
    .flatMap((jobId) => findProviders(jobPaths(runsDir, jobId, '.').providers));
}
