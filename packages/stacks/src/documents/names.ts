import type { KindCatalog } from '../kind/kind.ts';
import { componentKindNames } from '../kind/kind.ts';

/** Names of stacks, services, components, environments and templates. */
export const namePattern = /^[a-z][a-z0-9-]*$/;
export const nameRule = 'use lower-case letters, digits and hyphens, with a letter first';

/** Kinds of documents that are no components, by their apiVersion. */
const kindsByVersion: Record<string, string[]> = {
  'core.deployer.io/v1': ['Stack', 'Service', 'Template'],
  'infra.deployer.io/v1': [
    'ComponentInfra',
    'InfraDefaults',
    'ServiceInfraDefaults',
    'Networking',
    'Security',
    'Observability',
    'Compliance',
  ],
};
export const componentVersion = 'components.deployer.io/v1';
export const apiVersions = [...Object.keys(kindsByVersion), componentVersion];

/** Returns the apiVersion of a kind; undefined for an unknown kind. */
export function apiVersionOf(kind: string, catalog: KindCatalog): string | undefined {
  const own = Object.entries(kindsByVersion).find(([, kinds]) => kinds.includes(kind));
  if (own) return own[0];
  return componentKindNames(catalog).includes(kind) ? componentVersion : undefined;
}

export function allKindNames(catalog: KindCatalog): string[] {
  return [...Object.values(kindsByVersion).flat(), ...componentKindNames(catalog)];
}
