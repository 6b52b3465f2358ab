import { RunnerError } from '../../runner-error.ts';
import type { JobWork } from './job-work.ts';

/** Removes an ended job's runs from its runner, if that answers. A lost run is kept for its state. */
export async function removeRuns(work: JobWork): Promise<void> {
  const { query } = work.context.database;
  const lost = query.selectFrom('unsettled_runs').select('run_id').where('job_id', '=', work.job.id);
  const runs = await query
    .selectFrom('job_events')
    .select('run_id')
    .distinct()
    .where('job_id', '=', work.job.id)
    .where('run_id', 'is not', null)
    .where(({ not, exists }) => not(exists(lost)))
    .execute();
  for (const { run_id } of runs)
    await work.runner.client.deleteRun(run_id ?? '').catch((error) => {
      if (!(error instanceof RunnerError)) throw error;
    });
}
