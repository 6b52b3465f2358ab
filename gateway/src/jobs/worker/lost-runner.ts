import { runIdOf } from '../../runners/run-id.ts';
import type { JobPatch } from '../../server/database/job-row.ts';
import type { Query } from '../../server/database/open.ts';
import { lockJob, transition } from '../transition.ts';
import type { JobWork, PhaseResult } from './job-work.ts';
import { RunnerLostError } from './runner-timeout.ts';

/**
 * Handles the loss of a job's runner. A lost plan is made again on another runner. A lost apply ends the job: it is
 * recorded as a lost run and settled when its runner has come back.
 */
export async function onRunnerLost(work: JobWork, applying: boolean, error: unknown): Promise<PhaseResult> {
  if (!(error instanceof RunnerLostError)) throw error;
  const { context, job, lease } = work;
  if (applying) {
    await context.database.query.transaction().execute(async (trx) => {
      await lockJob(trx, job.id, lease);
      await recordLostRun(trx, work);
    });
    const message = `applying the plan: ${error.message}; what it has created is recorded when the runner comes back`;
    return { kind: 'refused', step: 'apply', reason: 'runner_lost', message };
  }
  return requeue(work, `The plan is made again: ${error.message}.`, {
    attempt: job.attempt + 1,
    waiting_reason: error.message,
  });
}

/** Puts a job back into the queue, for any free runner: its own is stopping or gone, and has not started the next run. */
export function onRunNotTaken(work: JobWork, why: string): Promise<PhaseResult> {
  return requeue(work, `The job waits for a free runner: ${why}.`, { waiting_reason: why });
}

async function requeue(
  { context, job, lease }: JobWork,
  message: string,
  patch: JobPatch,
): Promise<PhaseResult> {
  await context.database.query
    .transaction()
    .execute((trx) =>
      transition(trx, { jobId: job.id, lease }, 'interrupt', message, { ...patch, runner_id: null }),
    );
  return { kind: 'parked' };
}

/** Records a lost apply run, until its state is fetched. */
export async function recordLostRun(trx: Query, { job, runner }: JobWork): Promise<void> {
  await trx
    .insertInto('unsettled_runs')
    .values({
      run_id: runIdOf(job, 'apply'),
      job_id: job.id,
      project_id: job.project_id,
      runner_url: runner.client.url,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
