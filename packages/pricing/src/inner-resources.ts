import type { Unpriced } from '@deployment-engine/contracts';
import {
  bucketObjects,
  type InnerPlan,
  isHolder,
  readHolder,
  templateInBucket,
} from '@deployment-engine/templates';
import { normalisePlan } from './normalise-plan.ts';
import type { NormalisedResource } from './normalised-resource.ts';
import { ResourceLinks } from './resource-links.ts';

export type WithInner = {
  /** The given resources, and those that their templates create. */
  resources: NormalisedResource[];
  /** Why nobody knows what a template creates, by the address of the resource that has it. */
  problems: ReadonlyMap<string, string>;
  /** Parts of templates that have no price. */
  opaque: Unpriced[];
};

/**
 * Adds what the templates of resources create, as far as it is known. An address inside a template is that of the resource that
 * has it, a slash and the name in the template.
 */
export function withInnerResources(outer: NormalisedResource[]): WithInner {
  const problems = new Map<string, string>();
  const opaque: Unpriced[] = [];
  const holders = outer.filter(({ type }) => isHolder(type));
  const links = holders.length > 0 ? new ResourceLinks(outer) : undefined;
  const objects = bucketObjects(outer);
  const inner = holders.flatMap((holder) => {
    const read = readHolder({ ...holder, template: templateInBucket(holder, objects) });
    if ('problem' in read) {
      problems.set(holder.address, read.problem);
      return [];
    }
    opaque.push(...read.opaque.map((part) => unpricedPart(holder, part)));
    return innerResources(holder, read, regionOf(holder, links));
  });
  return { resources: [...outer, ...inner], problems, opaque };
}

function innerResources(
  { address, action }: NormalisedResource,
  { plan, logicalIds }: InnerPlan,
  region: string | null,
): NormalisedResource[] {
  const taken = new Set<string>();
  const names = new Map<string, string>();
  for (const [inside, id] of logicalIds) {
    // One name can mean several resources of Terraform: a bucket and its access block.
    names.set(inside, taken.has(id) ? `${address}/${id}/${inside}` : `${address}/${id}`);
    taken.add(id);
  }
  const nameOf = (inside: string) => names.get(inside) ?? `${address}/${inside}`;
  return normalisePlan(plan).map((resource) => ({
    ...resource,
    address: nameOf(resource.address),
    region: resource.region ?? region,
    action,
    references: Object.fromEntries(
      Object.entries(resource.references).map(([path, addresses]) => [path, addresses.map(nameOf)]),
    ),
  }));
}

/** A deployment of Azure has the region of its resource group. */
function regionOf(holder: NormalisedResource, links: ResourceLinks | undefined): string | null {
  const group = links?.target(holder, 'resource_group_name', 'azurerm_resource_group');
  return holder.region ?? group?.region ?? null;
}

function unpricedPart(
  { address, type }: NormalisedResource,
  { logicalId, reason }: InnerPlan['opaque'][number],
): Unpriced {
  const inside = logicalId === null ? address : `${address}/${logicalId}`;
  return { address: inside, type, component: null, reason: 'unsupported', detail: reason };
}
