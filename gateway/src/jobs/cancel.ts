import { isFinished } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { Context } from '../context.ts';
import type { Call } from '../http/call.ts';
import type { JobRow } from '../server/database/job-row.ts';
import { notify } from '../server/database/open.ts';
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
    const job = await lockJob(trx, jobId);
    if (isFinished(job.status))
      throw new DomainError('job_not_cancellable', `cancelling job ${jobId}: it is already ${job.status}`);
    if (job.status !== 'processing') {
      const message = 'The job was cancelled before anything was changed.';
      const patch = { ended_by: 'none', waiting_reason: null };
      const cancelled = await transition(trx, { jobId }, 'cancel', message, patch);
      await options.call.record(trx, { project: job.project_id });
      return cancelled;
    }
    const patch = {
      cancel_requested_at: job.cancel_requested_at ?? new Date(),
      cancel_grace_seconds:
        options.graceSeconds ?? job.cancel_grace_seconds ?? context.config.cancelGraceSeconds,
    };
    const row = await writeJob(trx, jobId, { patch });
    await notify(trx, jobCancelChannel, jobId);
    await options.call.record(trx, { project: job.project_id });
    return row ?? job;
  });
}
