import { isFinished } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { Context } from '../context.ts';
import type { Call } from '../http/call.ts';
import type { JobRow } from '../server/database/job-row.ts';
import { notify, type Query } from '../server/database/open.ts';
import { jobCancelChannel } from './channels.ts';
import { lockJob, transition } from './transition.ts';
import { writeJob } from './write-job.ts';

/** Cancels a waiting job at once. For a running one, records the request; its worker acts on it. */
export async function cancelJob(
  context: Context,
  jobId: string,
  options: { graceSeconds?: number | undefined; call: Call },
): Promise<JobRow> {
  return context.database.query.transaction().execute(async (trx) => {
    const row = await requestCancel(trx, context, jobId, options.graceSeconds);
    await options.call.record(trx, { project: row.project_id });
    return row;
  });
}

/** The same in a transaction of the caller, who records it in the audit log. */
export async function requestCancel(
  trx: Query,
  { config }: Pick<Context, 'config'>,
  jobId: string,
  graceSeconds?: number,
): Promise<JobRow> {
  const job = await lockJob(trx, jobId);
  if (isFinished(job.status))
    throw new DomainError('job_not_cancellable', `cancelling job ${jobId}: it is already ${job.status}`);
  if (job.status !== 'processing') {
    const message = 'The job was cancelled before anything was changed.';
    return transition(trx, { jobId }, 'cancel', message, { ended_by: 'none', waiting_reason: null });
  }
  const patch = {
    cancel_requested_at: job.cancel_requested_at ?? new Date(),
    cancel_grace_seconds: graceSeconds ?? job.cancel_grace_seconds ?? config.cancelGraceSeconds,
  };
  const row = await writeJob(trx, jobId, { patch });
  await notify(trx, jobCancelChannel, jobId);
  return row ?? job;
}
