import type { PlanView } from '@deployment-engine/contracts';
import type { StoredPlan } from './store.ts';
import { outputChanges, resourceChanges, summarise, type TerraformPlan } from './terraform-plan.ts';

export function presentPlan(
  projectId: string,
  stored: StoredPlan,
  plan: TerraformPlan,
  cost: PlanView['cost'],
): PlanView {
  return {
    jobId: stored.jobId,
    projectId,
    digest: stored.digest,
    stateSerial: stored.stateSerial,
    createdAt: stored.createdAt.toISOString(),
    summary: summarise(plan),
    changes: resourceChanges(plan),
    outputChanges: outputChanges(plan),
    cost,
  };
}
