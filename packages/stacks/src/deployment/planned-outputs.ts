import { changeAction, hasMark, type TerraformPlan } from '@deployment-engine/terraform-code';

export type PlannedOutputs = {
  /** Values after apply. */
  known: Record<string, unknown>;
  /** Known only after apply, as a whole or in part. */
  unknown: string[];
  /** Of the known and the unknown ones, those with anything sensitive in them. */
  sensitive: string[];
};

/** Reads what a plan knows of the outputs after apply, in the plan's order. Deleted outputs are in no list. */
export function plannedOutputs(plan: TerraformPlan): PlannedOutputs {
  const known: [string, unknown][] = [];
  const unknown: string[] = [];
  const sensitive: string[] = [];
  for (const [name, change] of Object.entries(plan.output_changes ?? {})) {
    if (changeAction(change.actions) === 'delete') continue;
    if (hasMark(change.after_unknown)) unknown.push(name);
    else known.push([name, change.after ?? null]);
    if (hasMark(change.after_sensitive)) sensitive.push(name);
  }
  return { known: Object.fromEntries(known), unknown, sensitive };
}
