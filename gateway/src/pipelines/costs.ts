import type { Context } from '../context.ts';
import { planCost } from '../costs/plan-cost.ts';
import { jobsOfTasks, tasksOf } from './store.ts';

/** Per month in USD. */
export type TaskCost = { before: number; after: number };

/**
 * Estimates the costs of plans that have none yet, outside the transactions of steps: the embedded database has one
 * connection. Returns whether there were any.
 */
export async function estimateTasks(context: Context, pipelineId: string): Promise<boolean> {
  const { query } = context.database;
  const open = (await tasksOf(query, pipelineId)).filter(
    ({ status, cost }) => status === 'planned' && cost === null,
  );
  const jobs = await jobsOfTasks(query, open);
  let isAny = false;
  for (const task of open) {
    const job = jobs.get(task.job_id ?? task.plan_job_id ?? '');
    if (!job) continue;
    const { id, project_id: projectId, revision } = job;
    const cost = await planCost(context, { id, projectId, revision });
    const found: TaskCost | null = cost && { before: cost.diff?.before ?? cost.total, after: cost.total };
    await query
      .updateTable('pipeline_tasks')
      .set({ cost: JSON.stringify(found) })
      .where('pipeline_id', '=', pipelineId)
      .where('no', '=', task.no)
      .execute();
    isAny = true;
  }
  return isAny;
}

export function costOf({ cost }: { cost: string | null }): TaskCost | null {
  return cost === null ? null : JSON.parse(cost);
}

export function sumOfCosts(tasks: { cost: string | null }[]): TaskCost {
  const costs = tasks.flatMap((task) => costOf(task) ?? []);
  return {
    before: costs.reduce((sum, { before }) => sum + before, 0),
    after: costs.reduce((sum, { after }) => sum + after, 0),
  };
}
