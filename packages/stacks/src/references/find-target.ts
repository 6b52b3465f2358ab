import type { Instance } from '../components/component.ts';
import { namePattern } from '../documents/names.ts';
import type { Place, Report } from '../errors.ts';
import { didYouMean } from '../suggest.ts';
import type { Directory } from './directory.ts';

/** Who refers: without `service`, only full names are possible. */
export type Referrer = { id?: string; service?: string; region?: string };
/** `unknown` if the component exists but its files could not be read. */
export type Target = Instance | 'unknown' | undefined;

const pattern = /^(?:([^/@]+)\/)?([^/@]+)(?:@([a-z0-9-]+))?$/;

/** Finds the component that a reference names. Returns undefined after reporting why there is none. */
export function findTarget(
  text: string,
  place: Place,
  from: Referrer,
  directory: Directory,
  report: Report,
): Target {
  const [, service = from.service, name, region] = pattern.exec(text) ?? [];
  const isName = (part: string, known: { has(name: string): boolean } | undefined) =>
    namePattern.test(part) || known?.has(part) === true;
  if (
    service === undefined ||
    name === undefined ||
    !isName(service, directory.services) ||
    !isName(name, directory.services.get(service))
  ) {
    reportNoReference(text, place, report);
    return undefined;
  }
  const components = directory.services.get(service);
  if (!components) {
    const hint = didYouMean(service, directory.services.keys());
    report.error('unknown_service', place, `service ${service} does not exist in the stack${hint}`);
    return undefined;
  }
  const instances = directory.instances.get(`${service}/${name}`);
  if (instances) return oneOf(instances, `${service}/${name}`, region, place, from, report);
  if (directory.strays.has(`${service}/${name}`)) return 'unknown';
  const hint = didYouMean(name, components) || elsewhere(name, directory);
  report.error('unknown_component', place, `service ${service} has no component ${name}${hint}`);
  return undefined;
}

export function reportNoReference(text: string, place: Place, report: Report): void {
  const message = `${JSON.stringify(text)} is not a reference; write service/component, with @region if needed`;
  report.error('bad_reference', place, message);
}

function elsewhere(name: string, { services }: Directory): string {
  for (const [service, components] of services)
    if (components.has(name)) return `; did you mean ${service}/${name}?`;
  return '';
}

function oneOf(
  instances: Instance[],
  id: string,
  region: string | undefined,
  place: Place,
  from: Referrer,
  report: Report,
): Target {
  if (instances.length === 0) return 'unknown';
  const regions = instances.map((instance) => instance.region);
  if (region !== undefined) {
    const found = instances.find((instance) => instance.region === region);
    if (!found) {
      const hint = didYouMean(region, regions) || `; it is in ${regions.join(', ')}`;
      report.error('unknown_component', place, `${id} is not in region ${region}${hint}`);
    }
    return found;
  }
  if (instances.length === 1) return instances[0];
  const near = instances.find((instance) => instance.region === from.region);
  if (!near) {
    const choices = regions.map((each) => `${id}@${each}`).join(', ');
    report.error('ambiguous_reference', place, `${id} is in several regions; write one of ${choices}`);
  }
  return near;
}
