import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunView } from '@deployment-engine/runner-api';
import type { Logger } from 'winston';
import type { RunnerConfig } from '../config.ts';
import type { RevisionStore } from '../revisions/store.ts';
import { jobPaths } from '../workdir/job-paths.ts';
import { livesIn } from '../workdir/live-processes.ts';
import { removeJobFolders } from '../workdir/remove-job-folders.ts';
import type { JobTable } from './job.ts';
import type { RunService } from './service.ts';

const everyMs = 10 * 60_000;
/** Nobody fetches anything of a validation later. */
const checkRetentionMs = 10 * 60_000;

export type RetentionOptions = {
  config: RunnerConfig;
  jobs: JobTable;
  runs: RunService;
  revisions: RevisionStore;
  logger: Logger;
};

/**
 * Prunes jobs that no gateway deleted, for example because it died between recording a job's end and deleting
 * its runs. Runs now and every 10 minutes, until disposed.
 */
export function startRetention(options: RetentionOptions): AsyncDisposable {
  const closing = new AbortController();
  let sweeping: Promise<void> | undefined;
  const begin = () => {
    sweeping ??= sweep(options, closing.signal)
      .catch((error) => void options.logger.error('removing old jobs', { error }))
      .finally(() => {
        sweeping = undefined;
      });
  };
  begin();
  const timer = setInterval(begin, everyMs).unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      closing.abort();
      await sweeping;
    },
  };
}

async function sweep(options: RetentionOptions, closing: AbortSignal): Promise<void> {
  const { config, revisions, logger } = options;
  for (const jobId of await folders(config.runsDir)) {
    if (closing.aborted) return;
    if (!(await isOld(options, jobId)) || livesIn(jobPaths(config.runsDir, jobId, '.'))) continue;
    await removeJob(options, jobId).catch((error) => logger.error('removing an old job', { jobId, error }));
  }
  const dropped = await revisions.dropUnused(new Date(Date.now() - config.runsRetentionMs));
  if (dropped.length > 0) logger.info('unused revisions were removed', { digests: dropped });
}

/** Returns false while a run of the job is in progress. A folder without runs counts from its last change. */
async function isOld({ config, jobs, runs }: RetentionOptions, jobId: string): Promise<boolean> {
  const retentionMs = jobId.startsWith('check-') ? checkRetentionMs : config.runsRetentionMs;
  const ends = runsOf(runs, jobId).map((run) =>
    run.status === 'running' ? Number.POSITIVE_INFINITY : Date.parse(run.finishedAt ?? run.startedAt),
  );
  const lastChange = ends.length > 0 ? Math.max(...ends) : await changedAt(join(config.runsDir, jobId));
  return jobs.activeRun(jobId) === undefined && lastChange < Date.now() - retentionMs;
}

async function removeJob({ config, jobs, runs, logger }: RetentionOptions, jobId: string): Promise<void> {
  const old = runsOf(runs, jobId).map((run) => run.runId);
  for (const runId of old) await runs.remove(runId);
  if (old.length === 0 && jobs.activeRun(jobId) === undefined) {
    const paths = jobPaths(config.runsDir, jobId, '.');
    await removeJobFolders(paths);
  }
  logger.info('an old job was removed', { jobId, runs: old });
}

function runsOf(runs: RunService, jobId: string): RunView[] {
  return runs.list().filter((run) => run.jobId === jobId);
}

async function folders(runsDir: string): Promise<string[]> {
  const entries = await readdir(runsDir, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() && !entry.name.startsWith('.') ? [entry.name] : []));
}

/** Returns when the folder last changed; a folder that no longer exists is not old. */
async function changedAt(folder: string): Promise<number> {
  return stat(folder).then(
    (found) => found.mtimeMs,
    () => Number.POSITIVE_INFINITY,
  );
}
