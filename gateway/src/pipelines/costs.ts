import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { planCost } from '../costs/plan-cost.ts';
import type { Query } from '../server/database/open.ts';

/** Per month in USD. */
export type TaskCost = { before: number; after: number };

/**
 * Estimates the costs of plans that have none yet, outside the transactions of steps: the embedded database has one
 * connection. Returns whether there were any.
 */
export async function estimateTasks(context: Context, pipelineId: string): Promise<boolean> {
  const { query } = context.database;
  const open = await query
    .selectFrom('pipeline_tasks as t')
    .innerJoin('jobs as j', (join) => join.on(sql<boolean>`j.id = coalesce(t.job_id, t.plan_job_id)`))
    .select(['t.no', 'j.id', 'j.project_id', 'j.revision'])
    .where('t.pipeline_id', '=', pipelineId)
    .where('t.status', '=', 'planned')
    .where('t.cost', 'is', null)
    .execute();
  for (const { no, id, project_id: projectId, revision } of open) {
    const cost = await planCost(context, { id, projectId, revision });
    const found: TaskCost | null = cost && { before: cost.diff?.before ?? cost.total, after: cost.total };
    await query
      .updateTable('pipeline_tasks')
      .set({ cost: JSON.stringify(found) })
      .where('pipeline_id', '=', pipelineId)
      .where('no', '=', no)
      .execute();
  }
  return open.length > 0;
}

export function costOf({ cost }: { cost: string | null }): TaskCost | null {
  return cost === null ? null : JSON.parse(cost);
}

/** Returns what projects were estimated to cost a month, in USD, after the last job that changed each. */
export async function lastCosts(query: Query, projectIds: string[]): Promise<number> {
  if (projectIds.length === 0) return 0;
  const rows = await query
    .selectFrom('cost_history')
    .distinctOn('project_id')
    .select(['project_id', 'total'])
    .where('project_id', 'in', projectIds)
    .orderBy('project_id')
    .orderBy('id', 'desc')
    .execute();
  return rows.reduce((sum, { total }) => sum + Number(total), 0);
}

export function sumOfCosts(tasks: { cost: string | null }[]): TaskCost {
  const costs = tasks.flatMap((task) => costOf(task) ?? []);
  return {
    before: costs.reduce((sum, { before }) => sum + before, 0),
    after: costs.reduce((sum, { after }) => sum + after, 0),
  };
}
