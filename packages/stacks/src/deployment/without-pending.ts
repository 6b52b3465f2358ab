import type { TerraformPlan } from '@deployment-engine/terraform-code';

const pendingAddress = /^terraform_data\.pending(\[|$)/;

/** Says whether this is the address of a pending input, which no apply creates. */
export function isPending(address: string): boolean {
  return pendingAddress.test(address);
}

/** Returns a plan without its pending inputs. Output changes stay; the given plan is not changed. */
export function withoutPending(plan: TerraformPlan): TerraformPlan {
  const { resource_changes: changes, resource_drift: drift, planned_values: values } = plan;
  return {
    ...plan,
    ...(changes ? { resource_changes: changes.filter(({ address }) => !isPending(address)) } : {}),
    ...(drift ? { resource_drift: drift.filter(({ address }) => !isPending(address)) } : {}),
    ...(values ? { planned_values: withoutResources(values) } : {}),
  };
}

function withoutResources(values: Record<string, unknown>): Record<string, unknown> {
  const root = values.root_module;
  if (typeof root !== 'object' || root === null || !('resources' in root)) return values;
  const { resources } = root;
  if (!Array.isArray(resources)) return values;
  const kept = resources.filter((resource) => !isPending(String(resource?.address)));
  return { ...values, root_module: { ...root, resources: kept } };
}
