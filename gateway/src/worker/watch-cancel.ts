import { RunnerError } from '../runners/client.ts';
import { runIdOf } from '../runners/run-id.ts';
import type { JobWork } from './job-work.ts';

/** Whether the job's user has asked to cancel it. */
export async function isCancelRequested(work: JobWork): Promise<boolean> {
  const row = await work.context.database.query
    .selectFrom('jobs')
    .select('cancel_requested_at')
    .where('id', '=', work.job.id)
    .executeTakeFirst();
  return row?.cancel_requested_at != null;
}

/** Passes a cancel request on to the run in progress; called whenever the job's row may have changed. */
export async function forwardCancel(work: JobWork): Promise<void> {
  if (!(await isCancelRequested(work))) return;
  const row = await work.context.database.query
    .selectFrom('jobs')
    .select('cancel_grace_seconds')
    .where('id', '=', work.job.id)
    .executeTakeFirst();
  const grace = row?.cancel_grace_seconds ?? work.context.config.cancelGraceSeconds;
  for (const kind of ['apply', 'plan'] as const) {
    try {
      await work.runner.client.cancelRun(runIdOf(work.job, kind), grace);
      return;
    } catch (error) {
      if (!(error instanceof RunnerError)) throw error; // no such run, or the runner is away: asked again later
    }
  }
}
