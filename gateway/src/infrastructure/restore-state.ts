import { DomainError } from '@deployment-engine/service';
import type { Context } from '../context.ts';
import { hasLostRun } from '../jobs/recovery/lost-runs.ts';
import { holdingPipeline } from '../jobs/stack-owned.ts';
import { hasUnfinishedDeployment } from '../jobs/store.ts';
import {
  findStateVersion,
  newestStateVersion,
  parseState,
  readStateContent,
  type StateVersion,
  saveStateVersion,
} from '../projects/states/store.ts';
import { takeLock } from '../server/database/locks.ts';
import type { Query } from '../server/database/open.ts';

type Restored = { restored: StateVersion; version: StateVersion };

/** Stores an earlier version again as the newest, under the next serial. Refused while a job may change the state. */
export async function restoreState(
  context: Context,
  projectId: string,
  versionId: number,
): Promise<Restored> {
  return context.database.query.transaction().execute(async (trx) => {
    await takeOwnersLock(trx, projectId);
    const pipeline = await holdingPipeline(trx, projectId);
    if (pipeline) throw busy(versionId, `pipeline ${pipeline} holds project ${projectId}`);
    return restoreStateIn(trx, context, projectId, versionId);
  });
}

/** The same in a transaction that has made sure that no pipeline holds the project. */
export async function restoreStateIn(
  trx: Query,
  context: Pick<Context, 'encryption'>,
  projectId: string,
  versionId: number,
): Promise<Restored> {
  await trx.selectFrom('projects').select('id').where('id', '=', projectId).forUpdate().execute();
  const restored = await findStateVersion(trx, projectId, versionId);
  if (await hasUnfinishedDeployment(trx, projectId))
    throw busy(versionId, `a job of project ${projectId} is unfinished`);
  if (await hasLostRun(trx, projectId))
    throw busy(versionId, `Terraform may still run for project ${projectId}, on a runner that was lost`);
  const newest = await newestStateVersion(trx, projectId);
  const content = await readStateContent(trx, context.encryption, restored);
  const state = { ...parseState(content), serial: (newest?.serial ?? restored.serial) + 1 };
  const raw = Buffer.from(`${JSON.stringify(state, null, 2)}\n`);
  const version = await saveStateVersion(trx, context.encryption, {
    projectId,
    jobId: restored.jobId,
    raw,
  });
  if (version.resourceCount > 0)
    await trx
      .updateTable('projects')
      .set({ deployment_status: 'deployed', updated_at: new Date() })
      .where('id', '=', projectId)
      .where('deployment_status', 'in', ['destroyed', 'destroyed_with_orphans'])
      .execute();
  return { restored, version };
}

function busy(versionId: number, why: string): DomainError {
  return new DomainError(
    'project_busy',
    `restoring state version ${versionId}: ${why}; wait for it or cancel it`,
  );
}

/** Keeps pipelines of the stack that the project belongs to from starting. */
async function takeOwnersLock(trx: Query, projectId: string): Promise<void> {
  const owner = await trx
    .selectFrom('stack_components')
    .select(['stack', 'environment'])
    .where('project_id', '=', projectId)
    .executeTakeFirst();
  if (owner) await takeLock(trx, 'stack', `${owner.stack}:${owner.environment}`);
}
