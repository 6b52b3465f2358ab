import { asRecord, asString, readPlanExpression } from '@deployment-engine/terraform-code';
import type { ChangeFinding } from './change-rules.ts';
import { modulePathOf, type PlanModel, type PlannedResource } from './plan-model.ts';

/** Returns providers and changed resources whose region is not allowed or unknown. */
export function foreignRegions(
  plan: PlanModel,
  changed: PlannedResource[],
  { allowed, whose, defaultRegion }: { allowed: string[]; whose: string; defaultRegion: string | null },
): ChangeFinding[] {
  const normalised = new Set(allowed.map(normalise));
  const refuse = (resource: PlannedResource | null, subject: string, region: string | undefined) => ({
    id: 'PLAN-REGION' as const,
    resource,
    subject: region ?? subject,
    message: region
      ? `${whose} may not use the region ${region}`
      : `the plan does not tell the region of ${subject}`,
  });
  const isForeign = (region: string | undefined) =>
    region === undefined || !normalised.has(normalise(region));
  const ofProviders = [...usedProviders(plan, changed)]
    .map((key) => ({ key, region: regionOfProvider(plan, key, defaultRegion) }))
    .filter(({ region }) => isForeign(region))
    .map(({ key, region }) => refuse(null, `provider ${key}`, region));
  const ofResources = changed.flatMap((resource) =>
    placesOf(resource)
      .filter(isForeign)
      .map((region) => refuse(resource, resource.address, region)),
  );
  return [...ofProviders, ...ofResources];
}

/**
 * Returns providers with a region, and AWS providers that get theirs from the environment; other clouds set
 * it on the resource. A module without its own providers uses the root's.
 */
function usedProviders(plan: PlanModel, changed: PlannedResource[]): Set<string> {
  const withRegion = [...plan.providers].filter(([, { expressions }]) => 'region' in (expressions ?? {}));
  const ofAws = changed
    .filter(({ type }) => type.startsWith('aws_'))
    .map(({ configuration }) => configuration.provider_config_key || 'aws')
    .map((key) =>
      plan.providers.get(key)?.expressions === undefined ? (key.split(':').at(-1) ?? key) : key,
    );
  return new Set([...withRegion.map(([key]) => key), ...ofAws]);
}

/** `defaultRegion` is the one of the run's environment, if the engine knows it. */
function regionOfProvider(plan: PlanModel, key: string, defaultRegion: string | null): string | undefined {
  const provider = plan.providers.get(key);
  if (provider?.expressions?.region === undefined && defaultRegion !== null) return defaultRegion;
  return regionOf(plan, modulePathOf(provider?.module_address ?? ''), provider?.expressions?.region);
}

/** Returns a constant, or the value of a single variable; locals and function results are unknown. */
function regionOf(plan: PlanModel, modulePath: string, expression: unknown): string | undefined {
  const read = readPlanExpression(expression);
  if (read?.kind !== 'value') return undefined;
  if (typeof read.constant === 'string') return read.constant;
  const [reference, ...others] = read.references;
  const name = others.length === 0 ? /^var\.([\w-]+)$/.exec(reference ?? '')?.[1] : undefined;
  const module = plan.modules.get(modulePath);
  if (name === undefined || module === undefined) return undefined;
  if (module.parent !== null && Object.hasOwn(module.arguments, name))
    return regionOf(plan, module.parent, module.arguments[name]);
  const values = module.parent === null ? plan.variables : {};
  const value = Object.hasOwn(values, name) ? values[name] : module.variables[name]?.default;
  return typeof value === 'string' ? value : undefined;
}

/** Returns a resource's places; `undefined` stands for one known only after apply. */
function placesOf({ type, before, after, attributes }: PlannedResource): (string | undefined)[] {
  const isAws = type.startsWith('aws_');
  const names = isAws ? ['region', 'availability_zone'] : ['region', 'location', 'zone'];
  const values = asRecord(after ?? before);
  return names.flatMap((name) => {
    if (attributes.get(name).isPending && !isAws) return [undefined];
    const place = asString(values[name]);
    return place === '' ? [] : [regionOfZone(name, place)];
  });
}

/** `us-east-1a` and `us-east-1-bos-1a` are in `us-east-1`, `europe-west1-b` in `europe-west1`. */
export function regionOfZone(name: string, place: string): string {
  if (name === 'availability_zone') return /^[a-z]{2}(-[a-z]+)+-\d+/.exec(place)?.[0] ?? place;
  return name === 'zone' ? place.replace(/-[a-z]$/, '') : place;
}

/** Azure writes `West Europe` and `westeurope` for the same place. */
function normalise(region: string): string {
  return region.toLowerCase().replaceAll(' ', '');
}
