import { isRecord } from '@deployment-engine/terraform-code';
import type { NormalisedResource, Values } from './normalised-resource.ts';
import { regionOf } from './region-of.ts';

export type StateOptions = {
  /** Resources of the plan or code that led to this state; they supply regions missing from the state. */
  like?: NormalisedResource[];
};

/**
 * Builds the resource list from a state file, or from `terraform show -json`. A state has no provider
 * configuration, so a resource without a region gets the plan's, else the most frequent one of its provider.
 */
export function normaliseState(state: unknown, options: StateOptions = {}): NormalisedResource[] {
  if (!isRecord(state)) return [];
  const found = Array.isArray(state.resources) ? fromStateFile(state.resources) : fromShow(state);
  const planned = new Map(options.like?.map(({ address, region }) => [address, region]));
  const usual = usualRegions(found);
  return found.map(({ address, type, values, provider }) => ({
    address,
    type,
    region: regionOf(type, values) ?? planned.get(address) ?? usual.get(provider) ?? null,
    values,
    unknown: {},
    action: 'no-op',
    references: {},
  }));
}

type Found = {
  address: string;
  type: string;
  values: Values;
  provider: string;
};

function fromStateFile(resources: unknown[]): Found[] {
  return resources.flatMap((resource) => {
    if (!isRecord(resource) || resource.mode !== 'managed' || !Array.isArray(resource.instances)) return [];
    const module = typeof resource.module === 'string' ? `${resource.module}.` : '';
    return resource.instances.flatMap((instance): Found[] => {
      if (!isRecord(instance) || !isRecord(instance.attributes) || instance.deposed !== undefined) return [];
      const key = instance.index_key === undefined ? '' : `[${JSON.stringify(instance.index_key)}]`;
      return [
        {
          address: `${module}${resource.type}.${resource.name}${key}`,
          type: String(resource.type),
          values: instance.attributes,
          provider: String(resource.provider),
        },
      ];
    });
  });
}

function fromShow(state: Record<string, unknown>): Found[] {
  const values = isRecord(state.values) ? state.values : {};
  return isRecord(values.root_module) ? inModule(values.root_module) : [];
}

function inModule(module: Record<string, unknown>): Found[] {
  const own = (Array.isArray(module.resources) ? module.resources : []).flatMap((resource): Found[] => {
    if (!isRecord(resource) || resource.mode !== 'managed' || !isRecord(resource.values)) return [];
    const { address, type, values, provider_name: provider } = resource;
    return [{ address: String(address), type: String(type), values, provider: String(provider) }];
  });
  const children = Array.isArray(module.child_modules) ? module.child_modules.filter(isRecord) : [];
  return [...own, ...children.flatMap(inModule)];
}

function usualRegions(resources: Found[]): Map<string, string> {
  const counts = new Map<string, Map<string, number>>();
  for (const { type, values, provider } of resources) {
    const region = regionOf(type, values);
    if (region === null) continue;
    const own = counts.get(provider) ?? new Map<string, number>();
    counts.set(provider, own.set(region, (own.get(region) ?? 0) + 1));
  }
  return new Map(
    [...counts].map(([provider, own]) => {
      const [first] = [...own].toSorted(([, left], [, right]) => right - left);
      return [provider, first?.[0] ?? ''];
    }),
  );
}
