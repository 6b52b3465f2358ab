import {
  instanceAddresses,
  type StateInstance,
  sensitiveText,
  type TerraformState,
} from '@deployment-engine/terraform-code';
import { type Difference, differences } from './differences.ts';

export type StateDiff = {
  added: string[];
  removed: string[];
  changed: { address: string; attributes: Difference[] }[];
};

/** Returns the resource instances that differ between two states. */
export function diffStates(from: TerraformState, to: TerraformState): StateDiff {
  const before = instanceAddresses(from);
  const after = instanceAddresses(to);
  const changed = [...after].flatMap(([address, instance]) => {
    const previous = before.get(address);
    const attributes = previous ? attributeDifferences(previous, instance) : [];
    return attributes.length > 0 ? [{ address, attributes }] : [];
  });
  return {
    added: [...after.keys()].filter((address) => !before.has(address)).sort(),
    removed: [...before.keys()].filter((address) => !after.has(address)).sort(),
    changed,
  };
}

function attributeDifferences(before: StateInstance, after: StateInstance): Difference[] {
  const sensitive = new Set([...sensitiveNames(before), ...sensitiveNames(after)]);
  return differences(before.attributes, after.attributes).map((difference) =>
    sensitive.has(difference.path.split('.')[0] ?? '')
      ? { ...difference, before: sensitiveText, after: sensitiveText }
      : difference,
  );
}

/** Returns names of attributes with sensitive values. Source: `sensitive_attributes` of Terraform's state format 4. */
function sensitiveNames(instance: StateInstance): string[] {
  return instance.sensitivePaths.flatMap((path) => {
    const first = Array.isArray(path) ? path[0] : undefined;
    const name = first && typeof first === 'object' ? (first as { value?: unknown }).value : undefined;
    return typeof name === 'string' ? [name] : [];
  });
}
