import type { JobStatus, RecordStatus } from '@deployment-engine/contracts';
import { sql } from 'kysely';
import type { JobRow } from '../server/database/job-row.ts';
import type { Query } from '../server/database/open.ts';
import { noteFound } from './note-outbox.ts';
import { deletesOrphans } from './recovery/orphan-deletion.ts';
import { unresolvedOrphans } from './recovery/orphan-store.ts';

/** The status of a deployment by that of its newest job. A plan that waits for approval has changed nothing yet. */
const recordStatusOf: Readonly<Record<JobStatus, RecordStatus>> = {
  pending: 'pending',
  processing: 'running',
  awaiting_approval: 'pending',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
};

/** Ids of projects that deployments own end with the deployment's id. */
const ownedProject = /dep-[0-9]{13}-[a-z0-9]{8}$/;

/** Whether a job changes what a deployment has come to. A drift check and a deletion of orphans do not. */
function changesDeployment(job: Pick<JobRow, 'project_id' | 'type' | 'orphan_ids'>): boolean {
  return ownedProject.test(job.project_id) && job.type !== 'drift' && !deletesOrphans(job);
}

/** Returns the word that the API of deployments has for the status of a job. */
export function recordStatus(job: Pick<JobRow, 'type' | 'status' | 'orphan_ids'>): RecordStatus {
  const isDestroy = job.type === 'destroy' && !deletesOrphans(job);
  return isDestroy && job.status === 'completed' ? 'deleted' : recordStatusOf[job.status];
}

/** Returns what a deployment comes to by a job's status; `undefined` if nothing changes. A destroy that leaves orphans is `failed`. */
export async function deploymentStatus(
  trx: Query,
  job: Pick<JobRow, 'project_id' | 'type' | 'status' | 'orphan_ids'>,
): Promise<RecordStatus | undefined> {
  if (!changesDeployment(job)) return undefined;
  const status = recordStatus(job);
  if (status !== 'deleted') return status;
  return (await unresolvedOrphans(trx, job.project_id)).length > 0 ? 'failed' : 'deleted';
}

/**
 * Writes what a deployment has come to, in the transaction that changes its job.
 * One that was to be deleted is gone when its destroy has ended and left nothing behind.
 */
export async function noteDeployment(
  trx: Query,
  { id, project_id: projectId }: Pick<JobRow, 'id' | 'project_id'>,
  status: RecordStatus,
  which: 'new' | 'known' = 'known',
): Promise<void> {
  let update = trx
    .updateTable('deployments')
    .set({
      job_id: id,
      status,
      updated_at: new Date(),
      ...(status === 'deleted' ? { deleted_at: endOf } : {}),
    })
    .where('project_id', '=', projectId)
    .where('deleted_at', 'is', null);
  if (which === 'known') update = update.where('job_id', '=', id);
  await update.execute();
}

const endOf = sql<Date | null>`case when is_deleting then now() end`;

/** Ends a deployment whose destroy left orphans, now that they are settled. */
export async function noteOrphansSettled(trx: Query, projectId: string): Promise<void> {
  const row = await trx
    .updateTable('deployments')
    .set({ status: 'deleted', updated_at: new Date(), deleted_at: endOf })
    .where('project_id', '=', projectId)
    .where('deleted_at', 'is', null)
    .where(
      sql<boolean>`exists (select 1 from jobs j where j.id = deployments.job_id and j.type = 'destroy' and j.status = 'completed')`,
    )
    .returning(['job_id', 'project_id'])
    .executeTakeFirst();
  if (row) await noteDeleted(trx, row, 'Its last orphan is settled.');
}

/** Tells that a deployment is gone, where the end of no job says so. */
export async function noteDeleted(
  trx: Query,
  { job_id: id, project_id }: { job_id: string; project_id: string },
  detail: string,
): Promise<void> {
  await noteFound(trx, { id, project_id }, 'deployment.deleted', { detail, status: 'deleted' });
}
