import { withoutKeys } from '@deployment-engine/terraform-code';
import type { NormalisedResource } from './normalised-resource.ts';

/** Attributes by which one resource refers to another once their values are known. */
const identities = ['id', 'arn', 'name', 'family', 'cluster_identifier', 'self_link'];

/** Finds the resources that attributes refer to: by reference before apply, by value afterwards. */
export class ResourceLinks {
  readonly #byAddress = new Map<string, NormalisedResource>();
  readonly #byType = new Map<string, NormalisedResource[]>();
  readonly #byIdentity = new Map<string, NormalisedResource>();
  readonly #sources = new Map<string, Map<NormalisedResource, NormalisedResource[]>>();

  constructor(resources: NormalisedResource[]) {
    for (const resource of resources) {
      this.#byAddress.set(resource.address, resource);
      const plain = withoutKeys(resource.address);
      if (!this.#byAddress.has(plain)) this.#byAddress.set(plain, resource);
      const sameType = this.#byType.get(resource.type);
      if (sameType === undefined) this.#byType.set(resource.type, [resource]);
      else sameType.push(resource);
      for (const name of identities) {
        const value = resource.values[name];
        const key = `${resource.type} ${value}`;
        if (typeof value === 'string' && value !== '' && !this.#byIdentity.has(key)) {
          this.#byIdentity.set(key, resource);
        }
      }
    }
  }

  /** Returns every resource that the references under a path name, or those of a part around it. */
  targets(resource: NormalisedResource, path: string): NormalisedResource[] {
    const addresses = Object.entries(resource.references)
      .filter(([key]) => key === path || key.startsWith(`${path}.`) || path.startsWith(`${key}.`))
      .flatMap(([, list]) => list);
    return [...new Set(addresses)].flatMap((address) => this.#byAddress.get(address) ?? []);
  }

  target(resource: NormalisedResource, path: string, type: string): NormalisedResource | undefined {
    return (
      this.targets(resource, path).find((candidate) => candidate.type === type) ??
      this.#byValue(valuesAt(resource.values, path.split('.')), type)
    );
  }

  sources(resource: NormalisedResource, type: string, path: string): NormalisedResource[] {
    const key = `${type} ${path} ${resource.type}`;
    let index = this.#sources.get(key);
    if (index === undefined) {
      index = new Map();
      for (const candidate of this.#byType.get(type) ?? []) {
        const target = this.target(candidate, path, resource.type);
        if (target !== undefined) index.set(target, [...(index.get(target) ?? []), candidate]);
      }
      this.#sources.set(key, index);
    }
    return index.get(resource) ?? [];
  }

  #byValue(values: unknown[], type: string): NormalisedResource | undefined {
    for (const value of values) {
      if (typeof value !== 'string') continue;
      const spellings = [value, value.replace(/^[a-z]+\//, ''), value.replace(/:\d+$/, '')];
      for (const spelling of spellings) {
        const found = this.#byIdentity.get(`${type} ${spelling}`);
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }
}

/** Returns all values under a path, descending into every list. */
function valuesAt(value: unknown, path: string[]): unknown[] {
  if (Array.isArray(value)) return value.flatMap((entry) => valuesAt(entry, path));
  const [head, ...rest] = path;
  if (head === undefined) {
    return typeof value === 'object' && value !== null ? Object.values(value) : [value];
  }
  if (typeof value !== 'object' || value === null) return [];
  return valuesAt((value as Record<string, unknown>)[head], rest);
}
