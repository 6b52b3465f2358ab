import { isRecord } from '@deployment-engine/terraform-code';
import type { Attributes, Converted } from '../../converted.ts';
import { Unknown, unknownsIn } from '../../unknown.ts';

export type { Attributes, Converted };
export type Properties = Readonly<Record<string, unknown>>;

/**
 * Turns a resource's properties into those of Terraform's type. The first result is the resource itself; the others are
 * what Terraform makes resources of their own, such as a bucket's access block. `self` refers to the first.
 */
export type Conversion = (properties: Properties, self: Unknown) => Converted[];

/** `DBInstanceClass` → `db_instance_class`. */
export function snakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase();
}

/** Renames all properties, also those in nested parts, and turns texts that mean numbers or booleans into these. */
export function generic(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(generic);
  if (isRecord(value) && !(value instanceof Unknown))
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [snakeCase(name), generic(item)]));
  return scalar(value);
}

/** CloudFormation takes texts for booleans and numbers, and parameters are always texts. */
export function scalar(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (/^(true|false)$/i.test(value)) return value.toLowerCase() === 'true';
  return /^-?\d{1,9}$/.test(value) ? Number(value) : value;
}

/** A part that a conversion must look into is known only when the template is deployed. */
export class UnknownPart extends Error {}

/** Returns a map of properties as attributes. Throws `UnknownPart` if it is none. */
export function attributes(properties: unknown): Attributes {
  if (!isRecord(properties) || properties instanceof Unknown) throw new UnknownPart();
  return generic(properties) as Attributes;
}

/** A type whose properties have the names of Terraform's attributes, except for those in `renamed`. */
export function same(type: string, renamed: Record<string, string> = {}): Conversion {
  return (properties) => {
    const all = attributes(properties);
    for (const [from, to] of Object.entries(renamed)) if (Object.hasOwn(all, from)) all[to] = all[from];
    return [{ type, attributes: all }];
  };
}

/**
 * Returns a policy document as the JSON text of Terraform's attribute. Names that the cloud makes become texts that are no
 * wildcard; a document with anything else unknown in it is unknown.
 */
export function policyText(document: unknown): unknown {
  if (document === undefined || document instanceof Unknown || typeof document === 'string') return document;
  const unknown = unknownsIn(document);
  if (unknown.some(({ isName }) => !isName)) return Unknown.of(unknown);
  return JSON.stringify(document, (_key, value) =>
    value instanceof Unknown ? '(known after apply)' : value,
  );
}

/** A list, or its only item. */
export function listOf(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

export function part(value: unknown, ...names: string[]): unknown {
  let found = value;
  for (const name of names) {
    if (found instanceof Unknown) return found;
    found = isRecord(found) ? found[name] : undefined;
  }
  return found;
}
