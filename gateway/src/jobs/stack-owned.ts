import { DomainError } from '@deployment-engine/service';
import { sql } from 'kysely';
import type { Query } from '../server/database/open.ts';

/** Throws `stack_owned` for a project that a stack deploys: only its pipelines change it. */
export async function refuseOwned(trx: Query, projectId: string, activity: string): Promise<void> {
  const why = await whyOwned(trx, projectId);
  if (why === undefined) return;
  throw new DomainError(
    'stack_owned',
    `${activity} project ${projectId}: ${why}; use POST /api/stacks/{stack}/apply, destroy or rollback`,
  );
}

/** Says why only pipelines change the project; `undefined` if no stack deploys it. */
export async function whyOwned(trx: Query, projectId: string): Promise<string | undefined> {
  const owner = await trx
    .selectFrom('stack_components')
    .select(['stack', 'environment', 'component'])
    .where('project_id', '=', projectId)
    .executeTakeFirst();
  if (owner) return `it is component ${owner.component} of stack ${owner.stack} in ${owner.environment}`;
  const pipeline = await unfinishedPipeline(trx, projectId);
  return pipeline && `pipeline ${pipeline} works on it`;
}

/** Returns the id of a pipeline with a task for the project that has not ended. */
export async function unfinishedPipeline(trx: Query, projectId: string): Promise<string | undefined> {
  return (await unfinished(trx, projectId).executeTakeFirst())?.id;
}

/** Returns the id of one that is to change the project. */
export async function holdingPipeline(trx: Query, projectId: string): Promise<string | undefined> {
  const row = await unfinished(trx, projectId)
    .where('pipelines.type', 'not in', ['plan', 'drift'])
    .executeTakeFirst();
  return row?.id;
}

function unfinished(trx: Query, projectId: string) {
  return trx
    .selectFrom('pipeline_tasks')
    .innerJoin('pipelines', 'pipelines.id', 'pipeline_tasks.pipeline_id')
    .select('pipelines.id')
    .where('pipeline_tasks.project_id', '=', projectId)
    .where(sql<boolean>`pipelines.finished_at is null`)
    .limit(1);
}
