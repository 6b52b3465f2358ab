import type { NormalisedResource } from '@deployment-engine/pricing';
import type { Config } from '../config.ts';

/** Variables that set the region of providers without one; resources of such providers are priced there. */
const regionVariables = { aws: ['AWS_REGION', 'AWS_DEFAULT_REGION'], google: ['GOOGLE_REGION'] };

export function inDefaultRegion(
  { cloudEnvironment }: Config,
  resources: NormalisedResource[],
): NormalisedResource[] {
  const regions = Object.fromEntries(
    Object.entries(regionVariables).map(([cloud, names]) => [
      cloud,
      names.map((name) => cloudEnvironment[name]).find((region) => region !== undefined),
    ]),
  );
  return resources.map((resource) => {
    const region = resource.region ?? regions[resource.type.split('_', 1)[0] ?? ''];
    return region === resource.region || region === undefined ? resource : { ...resource, region };
  });
}
