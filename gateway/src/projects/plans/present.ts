import type { PlanView } from '@deployment-engine/contracts';
import { summarisePlan, type TerraformPlan } from '@deployment-engine/terraform-code';
import type { Redactor } from '../redaction/redactor.ts';
import type { StoredPlan } from './store.ts';
import { outputChanges, resourceChanges } from './terraform-plan.ts';

export function presentPlan(
  projectId: string,
  stored: StoredPlan,
  plan: TerraformPlan,
  cost: PlanView['cost'],
  policy: PlanView['policy'],
  redactor: Redactor,
): PlanView {
  return {
    jobId: stored.jobId,
    projectId,
    digest: stored.digest,
    stateSerial: stored.stateSerial,
    createdAt: stored.createdAt.toISOString(),
    summary: summarisePlan(plan),
    changes: resourceChanges(plan).map((change) => ({
      ...change,
      address: redactor.redactText(change.address),
      name: redactor.redactText(change.name),
      before: redactor.redactJson(change.before),
      after: redactor.redactJson(change.after),
    })),
    outputChanges: mapValues(outputChanges(plan), (change) => ({
      ...change,
      before: redactor.redactJson(change.before),
      after: redactor.redactJson(change.after),
    })),
    cost,
    policy,
  };
}

function mapValues<T>(record: Record<string, T>, map: (value: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}
