import { RunnerError } from '../../runner-error.ts';
import { isDatabaseAway } from '../../server/database/away.ts';
import { releaseLeases } from '../claim.ts';
import { LeaseLostError } from '../lease-lost-error.ts';
import { transition } from '../transition.ts';
import type { JobWork } from './job-work.ts';
import { recordLostRun } from './lost-runner.ts';

/** How long a job rests whose worker met a runner that does not answer. */
const crashDelaySeconds = 2;

/** Hands a job on, or ends it, after an error that none of its phases has handled. */
export async function afterCrash(work: JobWork, error: unknown): Promise<void> {
  if (error instanceof LeaseLostError || work.signal.aborted) {
    work.logger.info('the job goes on with another worker');
    return;
  }
  work.logger.error('working on the job', { error });
  if (isDatabaseAway(error)) return; // its lease ends by itself, and whoever reaches the database goes on
  if (error instanceof RunnerError && error.unreachable) {
    await releaseLeases(work.context.database.query, [work.lease], crashDelaySeconds); // claimed again, it waits for the runner
    return;
  }
  await failUnexpectedly(work).catch((failure) =>
    work.logger.error('recording the failure', { error: failure }),
  );
}

/** A defect of the engine must not leave a job in progress for ever, nor lose what its apply may still do. */
async function failUnexpectedly(work: JobWork): Promise<void> {
  const error = {
    step: work.job.step ?? 'prepare',
    reason: 'internal',
    message: 'the engine met an unexpected error; the operator finds it in the log under this job id',
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
