import { patchJob } from '../transition.ts';
import type { JobWork } from './job-work.ts';

/** Counts up the job's attempt, which is part of its runs' ids: each run needs an id of its own. */
export async function nextAttempt(work: JobWork): Promise<void> {
  const attempt = work.job.attempt + 1;
  work.job = await patchJob(work.context.database.query, work.lease, { attempt });
}
