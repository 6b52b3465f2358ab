import { isRecord } from '@deployment-engine/terraform-code';
import type { Attributes, Converted } from '../../converted.ts';
import { Unknown } from '../../unknown.ts';

/** Turns an evaluated resource into those of Terraform, or says why nobody knows what it is. */
export type ArmConversion = (resource: Attributes) => Converted[] | string;

/** Returns a part by path; `Unknown` if something around it is. Names are compared without case, as Azure does. */
export function at(value: unknown, path: string): unknown {
  let found = value;
  for (const name of path.split('.')) {
    if (found instanceof Unknown) return found;
    if (!isRecord(found)) return undefined;
    const key = Object.keys(found).find((one) => one.toLowerCase() === name.toLowerCase());
    found = key === undefined ? undefined : found[key];
  }
  return found;
}

/** A list, or nothing; a list that is unknown stays unknown. */
export function each(value: unknown, make: (item: unknown) => unknown): unknown {
  if (value instanceof Unknown) return value;
  return Array.isArray(value) ? value.map(make) : [];
}

/** `Enabled` and `Disabled` as booleans; what is not given is enabled. */
export function enabled(value: unknown): unknown {
  if (value instanceof Unknown) return value;
  return !(value === false || String(value).toLowerCase() === 'disabled');
}

/** The region of a resource; that of its resource group is left out. */
export function locationOf(resource: Attributes): unknown {
  const location = at(resource, 'location');
  return location instanceof Unknown && location.isName ? undefined : location;
}

/** Returns a conversion that takes each attribute from a path in the resource. */
export function fields(type: string, paths: Record<string, string>): ArmConversion {
  return (resource) => {
    const all = Object.entries(paths).map(([attribute, path]) => [attribute, at(resource, path)]);
    return [{ type, attributes: { location: locationOf(resource), ...Object.fromEntries(all) } }];
  };
}
