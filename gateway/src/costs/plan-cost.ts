import type { CostEstimate } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { Context } from '../context.ts';
import { type CostRequest, estimateCosts } from './estimate-costs.ts';
import { plannedResources, storedUsage } from './project-resources.ts';

export type PlannedJob = { id: string; projectId: string; revision: number | null };

/** What a job's plan costs once applied, with `diff` against what there was before it. */
export async function estimatePlan(
  context: Context,
  job: PlannedJob,
  request: Omit<CostRequest, 'usage' | 'current'> = {},
): Promise<CostEstimate> {
  const usage = await storedUsage(context, job.projectId, job.revision);
  const { after, before } = await plannedResources(context, job.id);
  return estimateCosts(context, after, { ...request, usage, current: before });
}

/** For the plan's own answer; `null` where its usage file is broken. */
export async function planCost(
  context: Context,
  job: PlannedJob,
): Promise<Pick<CostEstimate, 'total' | 'diff'> | null> {
  try {
    const { total, diff } = await estimatePlan(context, job);
    return { total, diff };
  } catch (error) {
    if (error instanceof DomainError) return null;
    throw error;
  }
}
