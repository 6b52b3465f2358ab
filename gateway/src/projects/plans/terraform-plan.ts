import type {
  ChangeAction,
  DriftedResource,
  PlanSummary,
  ResourceChange,
} from '@deployment-engine/contracts';
import { maskSensitive } from '../redaction/mask-sensitive.ts';
import { differences } from '../states/differences.ts';

/**
 * The parts of `terraform show -json` of a plan that the engine reads.
 * Source: https://developer.hashicorp.com/terraform/internals/json-format#plan-representation
 */
export type TerraformPlan = {
  format_version: string;
  terraform_version: string;
  variables?: Record<string, { value?: unknown }>;
  planned_values?: { root_module?: unknown; outputs?: unknown };
  resource_changes?: PlannedChange[];
  resource_drift?: PlannedChange[];
  output_changes?: Record<string, Change>;
  prior_state?: unknown;
  configuration?: unknown;
};
type Change = {
  actions: string[];
  before: unknown;
  after: unknown;
  after_unknown?: unknown;
  before_sensitive?: unknown;
  after_sensitive?: unknown;
  importing?: unknown;
};
type PlannedChange = {
  address: string;
  module_address?: string;
  mode: 'managed' | 'data';
  type: string;
  name: string;
  provider_name: string;
  action_reason?: string;
  change: Change;
};

export function changeAction(actions: string[]): ChangeAction {
  if (actions.includes('create') && actions.includes('delete')) return 'replace';
  return (actions[0] ?? 'no-op') as ChangeAction;
}

/** Managed resources only; sensitive values masked. */
export function resourceChanges(plan: TerraformPlan): ResourceChange[] {
  return managed(plan.resource_changes).map((resource) => ({
    address: resource.address,
    type: resource.type,
    name: resource.name,
    moduleAddress: resource.module_address ?? null,
    provider: resource.provider_name,
    action: changeAction(resource.change.actions),
    reason: resource.action_reason ?? null,
    importing: resource.change.importing != null,
    before: maskSensitive(resource.change.before, resource.change.before_sensitive),
    after: maskSensitive(resource.change.after, resource.change.after_sensitive),
    afterUnknown: resource.change.after_unknown ?? {},
  }));
}

export function outputChanges(plan: TerraformPlan) {
  return Object.fromEntries(
    Object.entries(plan.output_changes ?? {}).map(([name, change]) => [
      name,
      {
        action: changeAction(change.actions),
        before: maskSensitive(change.before, change.before_sensitive),
        after: maskSensitive(change.after, change.after_sensitive),
      },
    ]),
  );
}

export function summarise(plan: TerraformPlan): PlanSummary {
  const changes = managed(plan.resource_changes);
  const count = (action: ChangeAction) =>
    changes.filter((resource) => changeAction(resource.change.actions) === action).length;
  return {
    create: count('create'),
    update: count('update'),
    delete: count('delete'),
    replace: count('replace'),
    noop: count('no-op'),
    import: changes.filter((resource) => resource.change.importing != null).length,
  };
}

/** Operations that apply reports as finished: a replacement is a deletion and a creation. */
export function plannedOperations(summary: PlanSummary): number {
  return summary.create + summary.update + summary.delete + 2 * summary.replace;
}

/** What differs between the stored state and the real objects, attribute by attribute. */
export function driftedResources(plan: TerraformPlan): DriftedResource[] {
  return managed(plan.resource_drift)
    .map((resource) => {
      const before = maskSensitive(resource.change.before, resource.change.before_sensitive);
      const after = maskSensitive(resource.change.after, resource.change.after_sensitive);
      return {
        address: resource.address,
        type: resource.type,
        action: changeAction(resource.change.actions),
        attributes: differences(before, after).filter(
          (change) => !(isEmpty(change.before) && isEmpty(change.after)),
        ),
      };
    })
    .filter((resource) => resource.attributes.length > 0);
}

/** Providers read an attribute that was never set back as empty: no drift. */
function isEmpty(value: unknown): boolean {
  return value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);
}

function managed(changes: PlannedChange[] | undefined): PlannedChange[] {
  return (changes ?? []).filter((resource) => resource.mode === 'managed');
}
