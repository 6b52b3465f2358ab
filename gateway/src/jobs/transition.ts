import {
  isFinished,
  type JobEventBody,
  type JobTransition,
  nextJobStatus,
} from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { JobPatch, JobRow, Lease } from '../server/database/job-row.ts';
import { notify, type Query } from '../server/database/open.ts';
import { jobChangedChannel, jobQueuedChannel } from './channels.ts';
import { appendEvents } from './events/store.ts';
import { LeaseLostError } from './lease-lost-error.ts';

/**
 * Changes a job's status; no other code does. With a lease the write is fenced: it throws `LeaseLostError` if another
 * worker has claimed the job in the meantime. Refuses transitions that the table in `contracts` does not have.
 */
export async function transition(
  trx: Query,
  target: { jobId: string; lease?: Lease },
  name: JobTransition,
  message: string,
  patch: JobPatch = {},
): Promise<JobRow> {
  const row = await lockJob(trx, target.jobId, target.lease);
  const status = nextJobStatus(row.status, name);
  if (!status)
    throw new DomainError('job_finished', `job ${row.id} is ${row.status}; it cannot ${name} any more`);
  const updated = await trx
    .updateTable('jobs')
    .set({
      ...patch,
      status,
      ...(isFinished(status) ? { finished_at: new Date(), lease_expires_at: null } : {}),
    })
    .where('id', '=', row.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  const body: JobEventBody = { type: 'job_status', status, message };
  await appendEvents(trx, updated, [{ body, at: new Date() }]);
  await notify(trx, jobQueuedChannel, updated.project_id);
  return updated;
}

/** Locks a job's row for this transaction; throws `LeaseLostError` if a given lease is not the newest. */
export async function lockJob(trx: Query, jobId: string, lease?: Lease): Promise<JobRow> {
  const row = await trx.selectFrom('jobs').selectAll().where('id', '=', jobId).forUpdate().executeTakeFirst();
  if (!row) throw new DomainError('job_not_found', `no job ${jobId} exists`);
  if (lease && (row.lease_token !== lease.token || row.status !== 'processing'))
    throw new LeaseLostError(jobId);
  return row;
}

/** Changes columns other than the status, fenced by the lease. */
export async function patchJob(trx: Query, lease: Lease, patch: JobPatch): Promise<void> {
  const result = await trx
    .updateTable('jobs')
    .set(patch)
    .where('id', '=', lease.jobId)
    .where('lease_token', '=', lease.token)
    .where('status', '=', 'processing')
    .executeTakeFirst();
  if (result.numUpdatedRows === 0n) throw new LeaseLostError(lease.jobId);
  await notify(trx, jobChangedChannel, lease.jobId);
}
