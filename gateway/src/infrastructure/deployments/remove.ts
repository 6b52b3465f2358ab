import { isFinished } from '@deployment-engine/contracts';
import type { Context } from '../../context.ts';
import type { Asked } from '../../jobs/create.ts';
import { noteDeleted } from '../../jobs/note-deployment.ts';
import { hasLostRun } from '../../jobs/recovery/lost-runs.ts';
import { unresolvedOrphans } from '../../jobs/recovery/orphan-store.ts';
import { refuseLimited } from '../../jobs/refuse-limited.ts';
import { findJob, insertJob } from '../../jobs/store.ts';
import { newestStateVersion } from '../../projects/states/store.ts';
import type { Query } from '../../server/database/open.ts';
import { type DeploymentRow, lockDeployment } from './store.ts';
import { requireIdle } from './update.ts';

/**
 * Destroys what a deployment has created; it is gone once that has ended and left nothing. One that has created nothing is
 * gone at once. With `keepResources` it is only forgotten: its project stays, with everything in it.
 */
export async function removeDeployment(
  context: Context,
  id: string,
  keepResources: boolean,
  { principal, call }: Asked,
): Promise<DeploymentRow> {
  return context.database.query.transaction().execute(async (trx) => {
    const row = await lockDeployment(trx, principal, id);
    refuseLimited(principal, 'destroying', row.project_id);
    const detail = { deployment: id, keepResources };
    if (keepResources || !(await hasCreated(trx, row))) {
      await requireIdle(trx, row, 'forgetting');
      await call.record(trx, { project: row.project_id, detail });
      return forget(trx, row, keepResources ? 'Its resources are kept.' : 'It had created nothing.');
    }
    if (row.is_deleting && (await isAtWork(trx, row))) return row;
    await requireIdle(trx, row, 'destroying');
    await trx.updateTable('deployments').set({ is_deleting: true }).where('id', '=', id).execute();
    const revision = await deployedRevision(trx, row);
    const job = await insertJob(trx, {
      projectId: row.project_id,
      type: 'destroy',
      revision,
      createdBy: principal,
    });
    await call.record(trx, { project: row.project_id, job: job.id, detail });
    return lockDeployment(trx, principal, id);
  });
}

async function isAtWork(trx: Query, row: DeploymentRow): Promise<boolean> {
  const job = await findJob(trx, row.job_id);
  return job !== undefined && !isFinished(job.status);
}

async function forget(trx: Query, { id }: DeploymentRow, detail: string): Promise<DeploymentRow> {
  const row = await trx
    .updateTable('deployments')
    .set({ status: 'deleted', deleted_at: new Date(), updated_at: new Date() })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
  await noteDeleted(trx, row, detail);
  return row;
}

/** Whether there are, or may be, objects in the cloud. */
async function hasCreated(trx: Query, { project_id: projectId }: DeploymentRow): Promise<boolean> {
  const state = await newestStateVersion(trx, projectId);
  if ((state?.resourceCount ?? 0) > 0 || (await hasLostRun(trx, projectId))) return true;
  return (await unresolvedOrphans(trx, projectId)).length > 0;
}

/** Returns the revision that was deployed last; before the first success, the newest one. */
async function deployedRevision(trx: Query, row: DeploymentRow): Promise<number> {
  const project = await trx
    .selectFrom('projects')
    .select('revision')
    .where('id', '=', row.project_id)
    .executeTakeFirst();
  return project?.revision ?? (await findJob(trx, row.job_id))?.revision ?? 1;
}
