import type { RunnerConfig } from '../config.ts';
import { createJobEgress, type JobEgress } from '../egress/job-egress.ts';
import { createJobProviders, type JobProviders } from '../providers/job-providers.ts';
import { type JobPaths, jobPaths } from '../workdir/job-paths.ts';

/** What a job's runs share in memory, while one is in progress or providers and egress wait for the next. */
export type Job = {
  providers: JobProviders;
  egress: JobEgress;
  activeRunId: string | undefined;
  linger: NodeJS.Timeout | undefined;
};

export type JobTable = ReturnType<typeof createJobTable>;

export function createJobTable(config: RunnerConfig) {
  const jobs = new Map<string, Job>();

  async function end(jobId: string): Promise<void> {
    const job = jobs.get(jobId);
    if (!job || job.activeRunId) return;
    clearTimeout(job.linger);
    await stopBoth(job);
    if (!job.activeRunId && jobs.get(jobId) === job) jobs.delete(jobId);
  }

  return {
    /** Returns the job with this run in progress; stops the timer of waiting providers. */
    enter(jobId: string, runId: string): Job {
      const job = jobs.get(jobId) ?? newJob(jobPaths(config.runsDir, jobId, '.'));
      clearTimeout(job.linger);
      job.activeRunId = runId;
      jobs.set(jobId, job);
      return job;
    },

    activeRun: (jobId: string): string | undefined => jobs.get(jobId)?.activeRunId,

    /** Ends the run in its job; the providers end now, or after waiting this long for the job's next run. */
    async leave(jobId: string, lingerMs: number): Promise<void> {
      const job = jobs.get(jobId);
      if (!job) return;
      if (lingerMs === 0) await stopBoth(job);
      job.activeRunId = undefined;
      if (lingerMs === 0) jobs.delete(jobId);
      else job.linger = setTimeout(() => void end(jobId), lingerMs);
    },

    end,

    /** Ends the providers of all jobs without a run in progress. */
    async endIdle(): Promise<void> {
      await Promise.all([...jobs.keys()].map(end));
    },
  };
}

function newJob(paths: JobPaths): Job {
  return {
    providers: createJobProviders(paths.providers, paths.temporary),
    egress: createJobEgress(paths.egress),
    activeRunId: undefined,
    linger: undefined,
  };
}

async function stopBoth({ providers, egress }: Job): Promise<void> {
  await providers.stop();
  await egress.stop();
}
