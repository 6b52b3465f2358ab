import { RunnerError } from '../../runner-error.ts';
import { runIdOf } from '../../runners/run-id.ts';
import type { JobWork } from './job-work.ts';

/** Removes an ended job's runs from its runner, if that answers. A lost run is kept for its state. */
export async function removeRuns(work: JobWork): Promise<void> {
  const lost = await work.context.database.query
    .selectFrom('unsettled_runs')
    .select('run_id')
    .where('job_id', '=', work.job.id)
    .executeTakeFirst();
  if (lost) return;
  for (let attempt = 1; attempt <= work.job.attempt; attempt += 1)
    for (const kind of ['apply', 'plan', 'search', 'check'] as const)
      await work.runner.client.deleteRun(runIdOf({ id: work.job.id, attempt }, kind)).catch((error) => {
        if (!(error instanceof RunnerError)) throw error;
      });
}
