import type { DriftedResource, PlanSummary, ResourceChange } from '@deployment-engine/contracts';
import {
  changeAction,
  isRecord,
  managedChanges,
  redactSensitive,
  type TerraformPlan,
} from '@deployment-engine/terraform-code';
import { type Difference, differences } from '../states/differences.ts';
import { isManagedElsewhere } from './managed-elsewhere.ts';

/** Returns the changes of managed resources, with sensitive values redacted. */
export function resourceChanges(plan: TerraformPlan): ResourceChange[] {
  return managedChanges(plan.resource_changes).map((resource) => ({
    address: resource.address,
    type: resource.type,
    name: resource.name,
    moduleAddress: resource.module_address ?? null,
    provider: resource.provider_name ?? '',
    action: changeAction(resource.change.actions),
    reason: resource.action_reason ?? null,
    importing: resource.change.importing != null,
    before: redactSensitive(resource.change.before, resource.change.before_sensitive),
    after: redactSensitive(resource.change.after, resource.change.after_sensitive),
    afterUnknown: resource.change.after_unknown ?? {},
  }));
}

export function outputChanges(plan: TerraformPlan) {
  return Object.fromEntries(
    Object.entries(plan.output_changes ?? {}).map(([name, change]) => [
      name,
      {
        action: changeAction(change.actions),
        before: redactSensitive(change.before, change.before_sensitive),
        after: redactSensitive(change.after, change.after_sensitive),
      },
    ]),
  );
}

/** Returns the number of operations that an apply reports; a replacement counts as a deletion and a creation. */
export function plannedOperations(summary: PlanSummary): number {
  return summary.create + summary.update + summary.delete + 2 * summary.replace;
}

/**
 * Returns the differences between the stored state and the real objects, by attribute. Without what only looks like one:
 * unset attributes, which providers return as empty, and what another resource of the state manages.
 */
export function driftedResources(plan: TerraformPlan): DriftedResource[] {
  return managedChanges(plan.resource_drift)
    .map((resource) => {
      const before = redactSensitive(resource.change.before, resource.change.before_sensitive);
      const after = redactSensitive(resource.change.after, resource.change.after_sensitive);
      const isReal = ({ path, ...change }: Difference) =>
        !isSame(change.before, change.after) && !isManagedElsewhere(plan, resource, path);
      return {
        address: resource.address,
        type: resource.type,
        action: changeAction(resource.change.actions),
        attributes: differences(before, after).filter(isReal),
      };
    })
    .filter((resource) => resource.attributes.length > 0);
}

/** Whether two values differ at most in how they say that something is not set. */
function isSame(before: unknown, after: unknown): boolean {
  if (isEmpty(before) && isEmpty(after)) return true;
  if (before === null && (after === 0 || after === false)) return true;
  if (Array.isArray(before) && Array.isArray(after))
    return before.length === after.length && before.every((item, index) => isSame(item, after[index]));
  if (!isRecord(before) || !isRecord(after)) return before === after;
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].every((name) => isSame(before[name] ?? null, after[name] ?? null));
}

function isEmpty(value: unknown): boolean {
  return value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);
}
