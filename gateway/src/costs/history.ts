import { type CostEstimate, costCategories, type JobType } from '@deployment-engine/contracts';
import type { Context } from '../context.ts';
import { findPlan } from '../projects/plans/store.ts';
import { readNewestState } from '../projects/states/store.ts';
import type { JobRow } from '../server/database/job-row.ts';
import type { Query } from '../server/database/open.ts';
import { findBudget } from './budgets.ts';
import { estimateCosts } from './estimate-costs.ts';
import { plannedResources, stateResources, storedUsage } from './project-resources.ts';

const recordedTypes: readonly JobType[] = ['deploy', 'rollback', 'destroy'];

/** Estimates a project's costs after a job, for its history; `undefined` for jobs that change nothing. Never throws. */
export async function costsAfter(context: Context, job: JobRow): Promise<CostEstimate | undefined> {
  if (!recordedTypes.includes(job.type)) return undefined;
  const { query } = context.database;
  try {
    const planned = (await findPlan(query, job.id))
      ? (await plannedResources(context, job.id)).after
      : undefined;
    const newest = await readNewestState(query, context.encryption, job.project_id);
    const { profile, currency } = (await findBudget(query, job.project_id)) ?? {};
    const usage = await storedUsage(context, job.project_id, job.revision);
    const resources = stateResources(context, newest?.state, planned);
    return estimateCosts(context, resources, { profile, currency, usage });
  } catch (error) {
    context.logger.warn('estimating costs after a job; they are missing in the history', {
      jobId: job.id,
      error,
    });
    return undefined;
  }
}

export async function saveCosts(trx: Query, job: JobRow, costs: CostEstimate): Promise<void> {
  const categories = Object.fromEntries(costCategories.map((category) => [category, costs[category]]));
  await trx
    .insertInto('cost_history')
    .values({
      project_id: job.project_id,
      job_id: job.id,
      total: costs.total,
      categories: JSON.stringify(categories),
      currency: costs.currency,
      price_book_as_of: costs.priceBook.asOf,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Returns entries, newest first; with `before`, only older ones. */
export async function listCosts(
  query: Query,
  projectId: string,
  page: { before?: number | undefined; limit: number },
) {
  let rows = query
    .selectFrom('cost_history')
    .innerJoin('jobs', 'jobs.id', 'cost_history.job_id')
    .selectAll('cost_history')
    .select('jobs.type')
    .where('cost_history.project_id', '=', projectId)
    .orderBy('cost_history.id', 'desc')
    .limit(page.limit);
  if (page.before !== undefined) rows = rows.where('cost_history.id', '<', page.before);
  return rows.execute();
}
