import type { Context } from '../context.ts';
import { componentPlace, pipelinePlace, taskPlace } from './contents.ts';

/** Seals the contents of pipelines, of their tasks and of deployed components again. */
export async function resealPipelines({ database, encryption }: Context): Promise<number> {
  const { query } = database;
  let resealed = 0;
  const again = (content: Uint8Array, place: string) => {
    resealed += 1;
    return encryption.sealAgain(content, place);
  };
  for (const { id, content } of await query.selectFrom('pipelines').select(['id', 'content']).execute())
    if (!encryption.isCurrent(content))
      await query
        .updateTable('pipelines')
        .set({ content: again(content, pipelinePlace(id)) })
        .where('id', '=', id)
        .execute();
  const tasks = query.selectFrom('pipeline_tasks').select(['pipeline_id', 'no', 'component', 'content']);
  for (const { pipeline_id, no, component, content } of await tasks.execute())
    if (!encryption.isCurrent(content))
      await query
        .updateTable('pipeline_tasks')
        .set({ content: again(content, taskPlace(pipeline_id, component)) })
        .where('pipeline_id', '=', pipeline_id)
        .where('no', '=', no)
        .execute();
  const components = query.selectFrom('stack_components').select(['project_id', 'content']);
  for (const { project_id, content } of await components.execute())
    if (!encryption.isCurrent(content))
      await query
        .updateTable('stack_components')
        .set({ content: again(content, componentPlace(project_id)) })
        .where('project_id', '=', project_id)
        .where('content', '=', content) // a component that was deployed meanwhile has another
        .execute();
  return resealed;
}
