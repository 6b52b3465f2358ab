import {
  isFinished,
  type JobEventBody,
  type JobTransition,
  nextJobStatus,
} from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { JobPatch, JobRow, Lease } from '../server/database/job-row.ts';
import type { Query } from '../server/database/open.ts';
import { LeaseLostError } from './lease-lost-error.ts';
import { deploymentStatus, noteDeployment } from './note-deployment.ts';
import { statusEvent } from './note-outbox.ts';
import { type JobWrite, type NewEvent, writeJob } from './write-job.ts';

/**
 * Changes a job's status; no other code does. With a lease the write is fenced: it throws `LeaseLostError` if another
 * worker has claimed the job in the meantime. Refuses transitions that the table in `contracts` does not have. A caller
 * that has locked the row passes it as `locked`.
 */
export async function transition(
  trx: Query,
  target: { jobId: string; lease?: Lease; locked?: JobRow },
  name: JobTransition,
  message: string,
  patch: NonNullable<JobWrite['patch']> = {},
): Promise<JobRow> {
  const row = target.locked ?? (await lockJob(trx, target.jobId, target.lease));
  const status = nextJobStatus(row.status, name);
  if (!status)
    throw new DomainError('job_finished', `job ${row.id} is ${row.status}; it cannot ${name} any more`);
  const ended = isFinished(status) ? { finished_at: new Date(), lease_expires_at: null } : {};
  const body: JobEventBody = { type: 'job_status', status, message };
  const event = statusEvent(status);
  const becomes = await deploymentStatus(trx, { ...row, status });
  const written = await writeJob(trx, row.id, {
    events: [{ body, at: new Date() }],
    patch: { ...patch, status, ...ended },
    wakesWorkers: true,
    told: event && { event, deploymentStatus: becomes },
  });
  if (!written) throw new Error(`changing job ${row.id} to ${status}: its row is gone`);
  if (becomes) await noteDeployment(trx, written, becomes);
  return written;
}

/** Locks a job's row for this transaction; throws `LeaseLostError` if a given lease is not the newest. */
export async function lockJob(trx: Query, jobId: string, lease?: Lease): Promise<JobRow> {
  const row = await trx.selectFrom('jobs').selectAll().where('id', '=', jobId).forUpdate().executeTakeFirst();
  if (!row) throw new DomainError('job_not_found', `no job ${jobId} exists`);
  if (lease && (row.lease_token !== lease.token || row.status !== 'processing'))
    throw new LeaseLostError(jobId);
  return row;
}

/** Changes columns other than the status, and appends events, fenced by the lease. */
export async function patchJob(
  query: Query,
  lease: Lease,
  patch: JobPatch,
  events: NewEvent[] = [],
): Promise<JobRow> {
  const row = await writeJob(query, lease.jobId, { events, patch, lease });
  if (!row) throw new LeaseLostError(lease.jobId);
  return row;
}
