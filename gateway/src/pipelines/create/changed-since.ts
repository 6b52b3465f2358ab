import { DomainError } from '@deployment-engine/service';
import type { Query } from '../../server/database/open.ts';
import type { PipelineRow, TaskRow } from '../rows.ts';

/**
 * Throws if a later pipeline has deployed something else for a component that an earlier one left: to resume that one would
 * bring old code back.
 */
export async function refuseChangedSince(trx: Query, pipeline: PipelineRow, tasks: TaskRow[]): Promise<void> {
  const later = await trx
    .selectFrom('pipeline_tasks')
    .innerJoin('pipelines', 'pipelines.id', 'pipeline_tasks.pipeline_id')
    .select(['pipeline_id', 'project_id', 'pipeline_tasks.component', 'action', 'code_digest'])
    .where('pipelines.stack', '=', pipeline.stack)
    .where('pipelines.environment', '=', pipeline.environment)
    .where('pipelines.seq', '>', pipeline.seq)
    .where('pipelines.type', 'not in', ['plan', 'drift'])
    .where('pipeline_tasks.status', 'in', ['succeeded', 'unchanged'])
    .orderBy('pipelines.seq')
    .execute();
  const newest = new Map(later.map((task) => [task.project_id, task]));
  for (const { project_id, component, action, code_digest } of tasks) {
    const since = newest.get(project_id);
    if (!since || (since.action === action && since.code_digest === code_digest)) continue;
    throw new DomainError(
      'pipeline_not_resumable',
      `resuming pipeline ${pipeline.id}: pipeline ${since.pipeline_id} has ${since.action === 'destroy' ? 'destroyed' : 'deployed other code of'} ${component} since; start a new apply, or a rollback if the old code is wanted`,
    );
  }
}
