import type { PipelineStatus } from '@deployment-engine/contracts';
import type { Context } from '../src/context.ts';
import { componentPlace, sealJson, taskContent } from '../src/pipelines/contents.ts';
import { tasksOf } from '../src/pipelines/store.ts';
import { ensureProject } from '../src/projects/store.ts';

/**
 * Ends a pipeline as if its components had been deployed or destroyed; there is no runner in these tests. Code that the
 * gateway may have saved by then goes, so that a later check always finds none.
 */
export async function endAs(
  { database, encryption }: Context,
  pipelineId: string,
  status: PipelineStatus = 'completed',
): Promise<void> {
  await database.query.transaction().execute(async (trx) => {
    const pipeline = await trx
      .updateTable('pipelines')
      .set({ status, started_at: new Date(), finished_at: new Date() })
      .where('id', '=', pipelineId)
      .returningAll()
      .executeTakeFirstOrThrow();
    await trx
      .updateTable('jobs')
      .set({ status: 'cancelled', finished_at: new Date() })
      .where('pipeline_id', '=', pipelineId)
      .execute();
    for (const task of await tasksOf(trx, pipelineId)) {
      await trx
        .updateTable('pipeline_tasks')
        .set({ status: 'succeeded', finished_at: new Date() })
        .where('pipeline_id', '=', pipelineId)
        .where('no', '=', task.no)
        .execute();
      await ensureProject(trx, task.project_id);
      await trx.deleteFrom('revisions').where('project_id', '=', task.project_id).execute();
      if (task.action === 'check') continue;
      await trx.deleteFrom('stack_components').where('project_id', '=', task.project_id).execute();
      if (task.action !== 'deploy') continue;
      const { plan } = taskContent(encryption, task);
      await trx
        .insertInto('stack_components')
        .values({
          project_id: task.project_id,
          stack: pipeline.stack,
          environment: pipeline.environment,
          component: task.component,
          status: 'deployed',
          content: sealJson(encryption, plan, componentPlace(task.project_id)),
          code_digest: task.code_digest ?? '',
          inputs_digest: task.inputs_digest ?? '',
          pipeline_id: pipelineId,
        })
        .execute();
    }
  });
}
