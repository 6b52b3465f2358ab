import { isRecord } from '@deployment-engine/terraform-code';
import type { Decimal } from 'decimal.js';
import type { NormalisedResource } from './normalised-resource.ts';
import { asQuantity, assumed, exactly, type Quantity, unknownQuantity } from './quantity.ts';
import type { ResourceLinks } from './resource-links.ts';
import type { Usage } from './usage-file.ts';

/**
 * Quantities for which no cloud accepts zero. A state has 0 for an omitted attribute, a plan has `null`: both
 * must cost the same.
 */
const neverZero = new Set([
  'allocated_storage',
  'memory_size_gb',
  'num_cache_clusters',
  'num_cache_nodes',
  'num_node_groups',
  'number_cache_clusters',
  'number_of_broker_nodes',
  'number_of_nodes',
  'period',
  'read_capacity',
  'shard_count',
  'size',
  'volume_size',
  'write_capacity',
]);

type Context = {
  resource: NormalisedResource;
  links: ResourceLinks;
  usage: Usage;
  /** Defaults used for text attributes, as sentences for the result. */
  assumptions: string[];
};

/** Reads the attributes of a resource, or of one of its nested blocks, and its expected usage. */
export class ResourceReader {
  readonly #context: Context;
  readonly #values: Record<string, unknown>;
  readonly #unknown: unknown;

  constructor(
    context: Context,
    values = context.resource.values,
    unknown: unknown = context.resource.unknown,
  ) {
    this.#context = context;
    this.#values = values;
    this.#unknown = unknown;
  }

  get address(): string {
    return this.#context.resource.address;
  }

  get type(): string {
    return this.#context.resource.type;
  }

  get region(): string | null {
    return this.#context.resource.region;
  }

  raw(name: string): unknown {
    return this.#values[name];
  }

  isUnknown(name: string): boolean {
    return isUnknownAt(this.#unknown, name);
  }

  /** Whether the attribute has a value or will have one after apply. */
  isSet(name: string): boolean {
    const value = this.#values[name];
    if (this.isUnknown(name)) return true;
    return (
      value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0)
    );
  }

  /** Returns the text of an attribute; `null` if it is unset or unknown. */
  text(name: string): string | null {
    const value = this.#values[name];
    if (typeof value === 'string' && value !== '' && value !== '(sensitive)') return value;
    return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
  }

  /** Like `text`, with the provider's or service's default if unset. */
  textOr(name: string, fallback: string): string {
    const value = this.text(name);
    if (value !== null) return value;
    this.#context.assumptions.push(`${name} taken as ${fallback}`);
    return fallback;
  }

  /** Like `text`, with the Terraform schema's default for an omitted attribute; not an assumption. */
  textOrSchemaDefault(name: string, fallback: string): string {
    return this.text(name) ?? (this.isUnknown(name) ? this.textOr(name, fallback) : fallback);
  }

  flag(name: string): boolean {
    const value = this.#values[name];
    return value === true || value === 'true';
  }

  number(name: string, fallback?: Quantity | Decimal.Value): Quantity {
    const value = parseNumber(this.#values[name]);
    if (value !== null && !(neverZero.has(name) && Number(value) === 0)) return asQuantity(value);
    if (fallback !== undefined) {
      const chosen = asQuantity(fallback);
      if (chosen.confidence !== 'exact' || !this.isUnknown(name)) return chosen;
      return assumed(chosen.value ?? 0, `${name} is known only after apply, taken as ${chosen.value}`);
    }
    return unknownQuantity(this.isUnknown(name) ? `${name} is known only after apply` : `${name} is not set`);
  }

  /** Returns the nested blocks of a name; a single object counts as one block. */
  blocks(name: string): ResourceReader[] {
    const value = this.#values[name];
    const list = Array.isArray(value) ? value : isRecord(value) ? [value] : [];
    const unknown = isRecord(this.#unknown) ? this.#unknown[name] : undefined;
    return list.flatMap((entry, index) =>
      isRecord(entry)
        ? [new ResourceReader(this.#context, entry, Array.isArray(unknown) ? unknown[index] : unknown)]
        : [],
    );
  }

  block(name: string): ResourceReader | undefined {
    return this.blocks(name)[0];
  }

  /** Returns a reader of the same resource and usage, with some attribute values replaced. */
  overlaid(values: Record<string, unknown>): ResourceReader {
    return new ResourceReader(this.#context, { ...this.#values, ...values }, this.#unknown);
  }

  /** Returns a reader of plain values that belong to this resource but to none of its attributes. */
  of(values: Record<string, unknown>): ResourceReader {
    return new ResourceReader(this.#context, values, {});
  }

  get values(): Record<string, unknown> {
    return this.#values;
  }

  usage(path: string): Quantity | null {
    return this.#context.usage.figure(path);
  }

  /** Returns the usage figure as text, for keys such as `operating_system`. */
  usageText(path: string): string | null {
    return this.#context.usage.text(path);
  }

  usageKeys(path: string): string[] {
    return this.#context.usage.keys(path);
  }

  /** Returns the resource of a type that an attribute of this one refers to. */
  linked(path: string, type: string): ResourceReader | undefined {
    return this.#read(this.#context.links.target(this.#context.resource, path, type));
  }

  /** Returns the resources of a type whose attribute refers to this one. */
  linkedFrom(type: string, path: string): ResourceReader[] {
    return this.#context.links
      .sources(this.#context.resource, type, path)
      .flatMap((resource) => this.#read(resource) ?? []);
  }

  /**
   * Counts the elements of a list, or the resources it refers to if it is still unknown; `fallback` applies
   * if the cloud decides.
   */
  count(name: string, fallback: number): Quantity {
    const value = this.#values[name];
    if (Array.isArray(value)) return exactly(value.length);
    if (!this.isUnknown(name)) return exactly(0);
    const targets = this.#context.links.targets(this.#context.resource, name);
    if (targets.length > 0) return assumed(targets.length, `${name} counted from what it refers to`);
    return assumed(fallback, `${name} taken as ${fallback}, it is known only after apply`);
  }

  #read(resource: NormalisedResource | undefined): ResourceReader | undefined {
    if (resource === undefined) return undefined;
    return new ResourceReader({ ...this.#context, resource, usage: this.#context.usage.of(resource) });
  }
}

function isUnknownAt(unknown: unknown, name: string): boolean {
  if (unknown === true) return true;
  if (!isRecord(unknown)) return false;
  const found = unknown[name];
  if (found === true) return true;
  return Array.isArray(found) && found.includes(true);
}

function parseNumber(value: unknown): number | string | null {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || !/^-?\d+(\.\d+)?$/.test(value.trim())) return null;
  return value.trim();
}
