import { DomainError } from '@deployment-engine/service';
import { type Expression, type SqlBool, sql } from 'kysely';
import { mayTouch, mayTouchAll, type Principal } from '../access/principal.ts';
import { inScope } from '../access/scope-filter.ts';
import type { JobRow } from '../server/database/job-row.ts';
import { notify, type Query } from '../server/database/open.ts';
import type { ComponentRow, PipelineRow, TaskRow } from './rows.ts';

/** Channel that announces the id of a pipeline on which there may be something to do or to show. */
export const pipelineChangedChannel = 'pipeline_changed';

export async function wakePipeline(query: Query, pipelineId: string): Promise<void> {
  await notify(query, pipelineChangedChannel, pipelineId);
}

export async function findPipeline(query: Query, id: string): Promise<PipelineRow | undefined> {
  return query.selectFrom('pipelines').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Locks a pipeline's row for this transaction. Throws `pipeline_not_found`. */
export async function lockPipeline(trx: Query, id: string): Promise<PipelineRow> {
  const row = await trx
    .selectFrom('pipelines')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw pipelineNotFound(id);
  return row;
}

export function pipelineNotFound(id: string): DomainError {
  return new DomainError('pipeline_not_found', `no pipeline ${id} exists`);
}

export async function tasksOf(query: Query, pipelineId: string): Promise<TaskRow[]> {
  return query
    .selectFrom('pipeline_tasks')
    .selectAll()
    .where('pipeline_id', '=', pipelineId)
    .orderBy('no')
    .execute();
}

/** Returns the number of tasks by status, for each of the pipelines. */
export async function countTasks(
  query: Query,
  pipelineIds: string[],
): Promise<Map<string, Record<string, number>>> {
  const counts = new Map<string, Record<string, number>>(pipelineIds.map((id) => [id, {}]));
  if (pipelineIds.length === 0) return counts;
  const rows = await query
    .selectFrom('pipeline_tasks')
    .select(({ fn }) => ['pipeline_id', 'status', fn.countAll<number>().as('count')])
    .where('pipeline_id', 'in', pipelineIds)
    .groupBy(['pipeline_id', 'status'])
    .execute();
  for (const { pipeline_id, status, count } of rows) {
    const own = counts.get(pipeline_id);
    if (own) own[status] = Number(count);
  }
  return counts;
}

/** Returns the components of pipelines that the principal may not see. */
export async function hiddenComponents(
  query: Query,
  principal: Principal,
  pipelineIds: string[],
): Promise<Map<string, string[]>> {
  if (mayTouchAll(principal) || pipelineIds.length === 0) return new Map();
  const rows = await query
    .selectFrom('pipeline_tasks')
    .select(['pipeline_id', 'component', 'project_id'])
    .where('pipeline_id', 'in', pipelineIds)
    .execute();
  const hidden = rows.filter(({ project_id }) => !mayTouch(principal, project_id));
  const byPipeline = Map.groupBy(hidden, ({ pipeline_id }) => pipeline_id);
  return new Map([...byPipeline].map(([id, tasks]) => [id, tasks.map(({ component }) => component)]));
}

/** Returns the jobs of tasks by id. */
export async function jobsOfTasks(query: Query, tasks: TaskRow[]): Promise<Map<string, JobRow>> {
  const ids = idsOfJobs(tasks);
  if (ids.length === 0) return new Map();
  const rows = await query.selectFrom('jobs').selectAll().where('id', 'in', ids).execute();
  return new Map(rows.map((row) => [row.id, row]));
}

/** What a pipeline shows of a task's job: the rest of the row is long. */
export type ShownJob = Pick<JobRow, 'id' | 'plan_summary' | 'policy_summary'>;

/** Returns what is shown of the jobs of tasks, by id. */
export async function shownJobsOf(query: Query, tasks: TaskRow[]): Promise<Map<string, ShownJob>> {
  const ids = idsOfJobs(tasks);
  if (ids.length === 0) return new Map();
  const columns = ['id', 'plan_summary', 'policy_summary'] as const;
  const rows = await query.selectFrom('jobs').select(columns).where('id', 'in', ids).execute();
  return new Map(rows.map((row) => [row.id, row]));
}

function idsOfJobs(tasks: TaskRow[]): string[] {
  return tasks.flatMap(({ plan_job_id, job_id }) => [plan_job_id, job_id].filter((id) => id !== null));
}

/** Returns what an environment of a stack has deployed, by component. */
export async function deployedComponents(
  query: Query,
  stack: string,
  environment: string,
): Promise<ComponentRow[]> {
  return query
    .selectFrom('stack_components')
    .selectAll()
    .where('stack', '=', stack)
    .where('environment', '=', environment)
    .orderBy('component')
    .execute();
}

/** Returns SQL that is true for pipelines with a component in the principal's scope. */
export function visibleTo(principal: Principal): Expression<SqlBool> {
  if (mayTouchAll(principal)) return sql<SqlBool>`true`;
  return sql<SqlBool>`exists (select 1 from pipeline_tasks
    where pipeline_tasks.pipeline_id = pipelines.id and ${inScope('pipeline_tasks.project_id', principal)})`;
}

/** Throws `forbidden` if a component is outside the principal's scope: a pipeline is conducted as a whole. */
export function requireAll(principal: Principal, tasks: Pick<TaskRow, 'project_id' | 'component'>[]): void {
  const outside = tasks.filter(({ project_id }) => !mayTouch(principal, project_id));
  if (outside.length === 0) return;
  const names = outside.slice(0, 5).map(({ component, project_id }) => `${component} (${project_id})`);
  const more = outside.length > names.length ? ` and ${outside.length - names.length} more` : '';
  throw new DomainError(
    'forbidden',
    `the caller's projects lack ${names.join(', ')}${more}; name a service or component, or use a key for all of them`,
  );
}

/** Returns a pipeline with those of its tasks that the principal may see, and the names of the others. Throws `pipeline_not_found`. */
export async function readVisible(
  query: Query,
  principal: Principal,
  id: string,
): Promise<{ pipeline: PipelineRow; tasks: TaskRow[]; hidden: string[] }> {
  const pipeline = await findPipeline(query, id);
  const all = pipeline ? await tasksOf(query, id) : [];
  const tasks = all.filter(({ project_id }) => mayTouch(principal, project_id));
  if (!pipeline || (tasks.length === 0 && !mayTouchAll(principal))) throw pipelineNotFound(id);
  const hidden = all.filter((task) => !tasks.includes(task)).map(({ component }) => component);
  return { pipeline, tasks, hidden };
}
