import { RunnerError } from '../../runner-error.ts';
import { runIdOf } from '../../runners/run-id.ts';
import type { JobWork } from './job-work.ts';

/** Lets the runner remove what it keeps of an ended job; one that does not answer keeps it for later. */
export async function forgetRuns(work: JobWork): Promise<void> {
  const unsettled = await work.context.database.query
    .selectFrom('unsettled_runs')
    .select('run_id')
    .where('job_id', '=', work.job.id)
    .executeTakeFirst();
  if (unsettled) return;
  for (let attempt = 1; attempt <= work.job.attempt; attempt += 1)
    for (const kind of ['apply', 'plan', 'search', 'check'] as const)
      await work.runner.client.deleteRun(runIdOf({ id: work.job.id, attempt }, kind)).catch((error) => {
        if (!(error instanceof RunnerError)) throw error;
      });
}
