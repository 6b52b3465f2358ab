import type { PlannedChange, TerraformPlan } from '@deployment-engine/terraform-code';
import { isRecord } from '@deployment-engine/terraform-code';
import type { Converted } from './converted.ts';
import { Unknown, unknownsIn } from './unknown.ts';

/** What a template creates, as a plan of Terraform would show it. */
export type InnerPlan = {
  plan: TerraformPlan;
  /** Name in the template of each planned resource, by its address in `plan`. */
  logicalIds: Map<string, string>;
  /** What cannot be judged before it exists: why, by name; `null` for the template as a whole. */
  opaque: { logicalId: string | null; reason: string }[];
};

/** A resource with its name in the template, and one that Terraform could give it. */
export type Made = Converted & { logicalId: string; name: string };
type Named = Made & { address: string };

/** Plans what a template creates. A name in the template means its first resource. */
export function planOf(provider: string, all: readonly Made[], opaque: InnerPlan['opaque']): InnerPlan {
  const logicalIds = new Map<string, string>();
  const made = all.map((one) => named(logicalIds, one));
  const addresses = new Map(made.toReversed().map(({ logicalId, address }) => [logicalId, address]));
  const resources = made.map(({ address, attributes }) => ({
    address,
    expressions: expressionsOf(attributes, addresses),
  }));
  const changes = made.map((one) => plannedChange(one, provider));
  const plan = { resource_changes: changes, configuration: { root_module: { resources } } };
  return { plan, logicalIds, opaque };
}

/** A second resource of one type for the same name gets a number. */
function named(logicalIds: Map<string, string>, made: Made): Named {
  let { name } = made;
  for (let count = 2; logicalIds.has(`${made.type}.${name}`); count += 1) name = `${made.name}${count}`;
  const address = `${made.type}.${name}`;
  logicalIds.set(address, made.logicalId);
  return { ...made, name, address };
}

function plannedChange({ address, type, name, attributes }: Named, provider: string): PlannedChange {
  const provider_name = `registry.terraform.io/hashicorp/${provider}`;
  const change = {
    actions: ['create'],
    before: null,
    after: known(attributes),
    after_unknown: marks(attributes),
  };
  return { address, mode: 'managed', type, name, provider_name, change };
}

function known(value: unknown): unknown {
  if (value instanceof Unknown) return null;
  if (Array.isArray(value)) return value.map(known);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, known(item)]));
}

function marks(value: unknown): unknown {
  if (value instanceof Unknown) return true;
  if (Array.isArray(value)) return value.map(marks);
  if (!isRecord(value)) return false;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, marks(item)]));
}

function expressionsOf(
  attributes: Record<string, unknown>,
  addressOf: ReadonlyMap<string, string>,
): Record<string, unknown> {
  const written = Object.entries(attributes).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    written.map(([name, value]) => {
      const unknown = unknownsIn(value);
      if (unknown.length === 0) return [name, { constant_value: value }];
      const addresses = unknown
        .flatMap(({ references }) => references)
        .flatMap((id) => addressOf.get(id) ?? []);
      return [name, { references: [...new Set(addresses)].flatMap((address) => [`${address}.id`, address]) }];
    }),
  );
}
