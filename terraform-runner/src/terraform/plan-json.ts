import type { PlanSummary } from '@deployment-engine/contracts';
import { z } from 'zod';

/** Source: https://developer.hashicorp.com/terraform/internals/json-format#plan-representation */
const planJsonSchema = z.looseObject({
  resource_changes: z
    .array(
      z.looseObject({
        mode: z.string().default('managed'),
        change: z.looseObject({ actions: z.array(z.string()), importing: z.unknown().optional() }),
      }),
    )
    .default([]),
  output_changes: z.record(z.string(), z.looseObject({ actions: z.array(z.string()) })).default({}),
});

/** Counts a plan's changes of managed resources. */
export function summarisePlan(json: string): { summary: PlanSummary; outputsChanged: boolean } {
  const plan = planJsonSchema.parse(JSON.parse(json));
  const summary: PlanSummary = { create: 0, update: 0, delete: 0, replace: 0, noop: 0, import: 0 };
  for (const { mode, change } of plan.resource_changes) {
    if (mode !== 'managed') continue;
    if (change.importing) summary.import += 1;
    if (change.actions.length > 1) summary.replace += 1;
    else if (change.actions[0] === 'create') summary.create += 1;
    else if (change.actions[0] === 'update') summary.update += 1;
    else if (change.actions[0] === 'delete') summary.delete += 1;
    else if (change.actions[0] === 'no-op') summary.noop += 1;
  }
  const outputsChanged = Object.values(plan.output_changes).some((change) => change.actions[0] !== 'no-op');
  return { summary, outputsChanged };
}
