import type { JobStatus, JobType, RecordStatus } from '@deployment-engine/contracts';
import { sql } from 'kysely';
import type { JobRow } from '../server/database/job-row.ts';
import type { Query } from '../server/database/open.ts';
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

/** Whether a job changes what a deployment has come to. A drift check does not. */
export function changesDeployment({ project_id, type }: Pick<JobRow, 'project_id' | 'type'>): boolean {
  return ownedProject.test(project_id) && type !== 'drift';
}

/** Returns the word that the API of deployments has for the status of a job. */
export function recordStatus({ type, status }: { type: JobType; status: JobStatus }): RecordStatus {
  return type === 'destroy' && status === 'completed' ? 'deleted' : recordStatusOf[status];
}

/**
 * Writes what a deployment has come to, in the transaction that changes its job.
 * One that was to be deleted is gone when its destroy has ended and left nothing behind.
 */
export async function noteDeployment(
  trx: Query,
  job: Pick<JobRow, 'id' | 'project_id' | 'type' | 'status'>,
  which: 'new' | 'known' = 'known',
): Promise<void> {
  if (!changesDeployment(job)) return;
  const { id, project_id: projectId, type, status } = job;
  const isGone = type === 'destroy' && status === 'completed';
  const hasLeft = isGone && (await unresolvedOrphans(trx, projectId)).length > 0;
  const now = new Date();
  let update = trx
    .updateTable('deployments')
    .set({
      job_id: id,
      status: hasLeft ? 'failed' : recordStatus({ type, status }),
      updated_at: now,
      ...(isGone && !hasLeft
        ? { deleted_at: sql<Date | null>`case when is_deleting then ${now}::timestamptz end` }
        : {}),
    })
    .where('project_id', '=', projectId)
    .where('deleted_at', 'is', null);
  if (which === 'known') update = update.where('job_id', '=', id);
  await update.execute();
}
