import { DomainError } from '@deployment-engine/service';
import type { Context } from '../context.ts';
import { hasUnfinishedDeployment } from '../jobs/store.ts';
import {
  findStateVersion,
  newestStateVersion,
  parseState,
  readStateContent,
  type StateVersion,
  saveStateVersion,
} from '../projects/states/store.ts';

/** Stores an earlier version again as the newest, under the next serial. Refused while a job may change the state. */
export async function restoreState(
  context: Context,
  projectId: string,
  versionId: number,
): Promise<{ restored: StateVersion; version: StateVersion }> {
  return context.database.query.transaction().execute(async (trx) => {
    await trx.selectFrom('projects').select('id').where('id', '=', projectId).forUpdate().execute();
    const restored = await findStateVersion(trx, projectId, versionId);
    if (await hasUnfinishedDeployment(trx, projectId))
      throw new DomainError(
        'project_busy',
        `restoring state version ${versionId}: a job of project ${projectId} is unfinished; wait for it or cancel it`,
      );
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
  });
}
