import type { CostEstimate } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { Context } from '../context.ts';
import { type CostRequest, estimateCosts } from './estimate-costs.ts';
import { plannedResources, storedUsage } from './project-resources.ts';

export type PlannedJob = { id: string; projectId: string; revision: number | null };

/** Estimates the costs after applying a job's plan; `diff` is the difference to the costs before it. */
export async function estimatePlan(
  context: Context,
  job: PlannedJob,
  request: Omit<CostRequest, 'usage' | 'current'> = {},
): Promise<CostEstimate> {
  const usage = await storedUsage(context, job.projectId, job.revision);
  const { after, before } = await plannedResources(context, job.id);
  return estimateCosts(context, after, { ...request, usage, current: before });
}

/** Estimates the costs to show with a plan; `null` if its usage file is invalid. */
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
