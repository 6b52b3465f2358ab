import type { ProjectCosts, UsageProfile } from '@deployment-engine/contracts';
import type { Context } from '../context.ts';
import type { ProjectRow } from '../projects/store.ts';
import { estimateCosts } from './estimate-costs.ts';
import { projectResources, storedUsage } from './project-resources.ts';

/** Estimates a project's monthly costs, and the difference that its pending plan would make. */
export async function projectCosts(
  context: Context,
  project: ProjectRow,
  options: { profile: UsageProfile; currency?: string | undefined },
): Promise<ProjectCosts> {
  const found = await projectResources(context, project);
  const { source, resources, planned, unreadable = [], unfollowed } = found;
  const request = { ...options, unfollowed, usage: await storedUsage(context, project.id) };
  const costs = estimateCosts(context, resources, request);
  const diff = planned ? estimateCosts(context, planned, { ...request, current: resources }).diff : null;
  return {
    projectId: project.id,
    estimated: true,
    costs: { ...costs, diff },
    source,
    message:
      unreadable.length > 0
        ? `Cost estimation completed without ${unreadable.join(', ')}, which does not parse`
        : 'Cost estimation completed',
  };
}
