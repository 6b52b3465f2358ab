import { RunnerError } from '../../runner-error.ts';
import { isDatabaseAway } from '../../server/database/away.ts';
import { releaseLeases } from '../claim.ts';
import { LeaseLostError } from '../lease-lost-error.ts';
import { transition } from '../transition.ts';
import type { JobWork } from './job-work.ts';
import { recordLostRun } from './lost-runner.ts';

/** Delay before a job whose runner does not answer can be claimed again. */
const crashDelaySeconds = 2;

/** Releases or fails a job after an error that its phases did not handle. */
export async function afterCrash(work: JobWork, error: unknown): Promise<void> {
  if (error instanceof LeaseLostError || work.signal.aborted) {
    work.logger.info('another worker continues the job');
    return;
  }
  work.logger.error('working on the job', { error });
  if (isDatabaseAway(error)) return; // the lease expires, and a gateway that reaches the database takes over
  if (error instanceof RunnerError && error.unreachable) {
    await releaseLeases(work.context.database.query, [work.lease], crashDelaySeconds); // the next claim waits for the runner
    return;
  }
  await failUnexpectedly(work).catch((failure) =>
    work.logger.error('recording the failure', { error: failure }),
  );
}

/** Fails the job, so that a defect of the engine leaves none in progress. Records its apply, which may still run. */
async function failUnexpectedly(work: JobWork): Promise<void> {
  const error = {
    step: work.job.step ?? 'prepare',
    reason: 'internal',
    message: 'the engine met an unexpected error; the operator can find it in the log under this job id',
    diagnostics: [],
    retryable: true,
  };
  await work.context.database.query.transaction().execute(async (trx) => {
    await transition(trx, { jobId: work.job.id, lease: work.lease }, 'fail', error.message, {
      error: JSON.stringify(error),
    });
    const { type } = work.job;
    if (type === 'deploy' || type === 'rollback' || type === 'destroy') await recordLostRun(trx, work);
  });
}
