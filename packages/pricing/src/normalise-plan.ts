import type { ChangeAction } from '@deployment-engine/contracts';
import {
  asRecord,
  changeAction,
  isRecord,
  managedChanges,
  type TerraformPlan,
  withoutKeys,
} from '@deployment-engine/terraform-code';
import type { NormalisedResource, Values } from './normalised-resource.ts';
import { PlanConfiguration, type ResourceReferences } from './plan-configuration.ts';
import { regionOf } from './region-of.ts';

type Change = {
  address: string;
  type: string;
  configAddress: string;
  /** The address before the resource's own name, with instance keys. */
  modulePrefix: string;
  key: string;
  action: ChangeAction;
  before: Values | null;
  after: Values | null;
  unknown: Values;
};

/**
 * Returns the resources as they are after a plan (`terraform show -json`). A deleted resource keeps its last
 * values and has the action `delete`.
 */
export function normalisePlan(plan: TerraformPlan): NormalisedResource[] {
  return resourcesOf(plan, ({ before, after, unknown, action }) => {
    return { values: after ?? before ?? {}, unknown: after === null ? {} : unknown, action };
  });
}

/** Returns the resources as they were before a plan, for the diff of an estimate. */
export function normalisePlanBefore(plan: TerraformPlan): NormalisedResource[] {
  return resourcesOf(plan, ({ before }) => before && { values: before, unknown: {}, action: 'no-op' });
}

type Side = Pick<NormalisedResource, 'values' | 'unknown' | 'action'>;

function resourcesOf(plan: TerraformPlan, sideOf: (change: Change) => Side | null): NormalisedResource[] {
  const configuration = new PlanConfiguration(plan);
  const changes = changesOf(plan);
  const instances = Map.groupBy(changes, ({ configAddress }) => configAddress);
  return changes.flatMap((change): NormalisedResource[] => {
    const side = sideOf(change);
    if (side === null) return [];
    const { address, type, configAddress } = change;
    const configured = configuration.resource(configAddress);
    const references = configured ? referencesOf(change, configured, configuration, instances) : {};
    const region = configured ? configuration.region(configured.providerKey) : null;
    return [{ address, type, region: regionOf(type, side.values) ?? region, references, ...side }];
  });
}

function changesOf(plan: TerraformPlan): Change[] {
  return managedChanges(plan.resource_changes)
    .filter(({ deposed }) => deposed === undefined)
    .map(({ address, type, module_address: modulePrefix = '', index, change }) => ({
      address,
      type,
      configAddress: withoutKeys(address),
      modulePrefix,
      key: index === undefined ? '' : JSON.stringify(index),
      action: changeAction(change.actions),
      before: isRecord(change.before) ? change.before : null,
      after: isRecord(change.after) ? change.after : null,
      unknown: asRecord(change.after_unknown),
    }));
}

function referencesOf(
  change: Change,
  { modulePath, references }: ResourceReferences,
  configuration: PlanConfiguration,
  instances: Map<string, Change[]>,
): Record<string, string[]> {
  const resolved: Record<string, string[]> = {};
  for (const [path, list] of references) {
    const perInstance = list.some((reference) => /^(count|each)\./.test(reference));
    const addresses = list.flatMap((reference) =>
      configuration
        .targets(reference, modulePath)
        .flatMap((target) => choose(instances.get(target) ?? [], change, reference, perInstance)),
    );
    if (addresses.length > 0) resolved[path] = [...new Set(addresses)];
  }
  return resolved;
}

/** Picks the instances that a reference means: same module instance first, then same or given key. */
function choose(candidates: Change[], from: Change, reference: string, perInstance: boolean): string[] {
  const near = candidates.filter(({ modulePrefix }) => sharesModule(modulePrefix, from.modulePrefix));
  const list = near.length > 0 ? near : candidates;
  const named = /\[([^\]]+)\]/.exec(reference)?.[1];
  const wanted = perInstance ? from.key : named;
  const exact = wanted === undefined ? [] : list.filter(({ key }) => key === wanted);
  return (exact.length > 0 ? exact : list).map(({ address }) => address);
}

/** Whether one module instance equals or contains the other. */
function sharesModule(left: string, right: string): boolean {
  return (
    `${left}.`.startsWith(`${right}.`) || `${right}.`.startsWith(`${left}.`) || left === '' || right === ''
  );
}
