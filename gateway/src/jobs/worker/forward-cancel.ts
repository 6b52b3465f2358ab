import { RunnerError } from '../../runner-error.ts';
import { runIdOf } from '../../runners/run-id.ts';
import type { JobWork } from './job-work.ts';

/** Whether a user has requested to cancel the job. */
export async function isCancelRequested(work: JobWork): Promise<boolean> {
  return (await readCancelRequest(work)) !== undefined;
}

/**
 * Forwards a cancel request to the run in progress. It is called when the request is announced, with the first events of
 * each run, since the announcement may have come before the run, and when leases are renewed, since it may be lost. Nobody
 * waits for it: a runner that does not answer must not delay the renewal of leases or the storing of events.
 */
export function forwardCancel(work: JobWork): void {
  tryForward(work).catch((error) => work.logger.warn('forwarding a cancel', { error }));
}

async function tryForward(work: JobWork): Promise<void> {
  const request = await readCancelRequest(work);
  if (!request) return;
  const grace = request.cancel_grace_seconds ?? work.context.config.cancelGraceSeconds;
  for (const kind of ['apply', 'plan', 'search', 'check'] as const) {
    try {
      await work.runner.client.cancelRun(runIdOf(work.job, kind), grace);
      return;
    } catch (error) {
      if (!(error instanceof RunnerError)) throw error; // no such run, or the runner does not answer: retried later
    }
  }
}

async function readCancelRequest(work: JobWork) {
  return work.context.database.query
    .selectFrom('jobs')
    .select('cancel_grace_seconds')
    .where('id', '=', work.job.id)
    .where('cancel_requested_at', 'is not', null)
    .executeTakeFirst();
}
