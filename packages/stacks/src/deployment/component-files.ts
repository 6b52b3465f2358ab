import { compareTexts } from '../errors.ts';
import type { Kind } from '../kind/kind.ts';
import type { Json } from '../tree/tree.ts';
import { componentName } from './component-name.ts';
import { type ComponentFilesRequest, outputsCode, regionOf, rootModule } from './root-module.ts';
import type { ComponentPlan } from './stack-plan.ts';

/**
 * Returns the project of a component, path → text: the same bytes for the same request. What people wrote is in
 * JSON files, which Terraform reads as data; inputs come as variables and are in no file.
 */
export function componentFiles(request: ComponentFilesRequest): Record<string, string> {
  const { component, kind } = request;
  const files: [string, string][] = [
    ['main.tf', rootModule(request)],
    ['outputs.tf', outputsCode(kind)],
    ['spec.json', json(specOf(component, kind))],
    ['context.json', json(contextOf(request))],
    ['configs.json', json(component.configs)],
    ...[...kind.files].map(([path, text]): [string, string] => [`kinds/${kind.name}/${path}`, text]),
  ];
  return Object.fromEntries(files.sort(([left], [right]) => compareTexts(left, right)));
}

/** The order of a run is no part of what the module creates. */
function specOf({ spec, infra }: ComponentPlan, kind: Kind): Json {
  const { dependsOn: _, ...fields } = spec as { [key: string]: Json };
  return kind.runsContainers ? { ...fields, infra } : fields;
}

/** `var.context` without the network and the platform, which are inputs, and the tags of all resources. */
function contextOf({ stack, environment, component, provider }: ComponentFilesRequest): Json {
  const { service, name, labels } = component;
  const infra = component.infra as { logRetentionDays?: number; protect?: boolean };
  const hasRegions = component.id.includes('@');
  const own = { Stack: stack, Environment: environment, Service: service, Component: name };
  return {
    stack,
    environment,
    service,
    component: name,
    region: regionOf(component, provider),
    name: componentName([stack, environment, service, name], hasRegions ? component.region : undefined),
    labels,
    tags: tagsOf(labels, { ...own, ManagedBy: 'deployment-engine' }),
    retentionDays: infra.logRetentionDays ?? 30,
    protect: infra.protect ?? false,
  };
}

/** The engine's tags win. Some services of AWS compare keys without case, so a label may not repeat one so. */
function tagsOf(labels: Record<string, string>, own: Record<string, string>): Record<string, string> {
  const tags = new Map(Object.entries(own));
  const used = new Set(Object.keys(own).map((key) => key.toLowerCase()));
  for (const [key, value] of Object.entries(labels).sort(([left], [right]) => compareTexts(left, right))) {
    if (used.has(key.toLowerCase())) continue;
    used.add(key.toLowerCase());
    tags.set(key, value);
  }
  return Object.fromEntries(tags);
}

/** The order of keys in people's files does not count. */
function json(value: Json): string {
  return `${JSON.stringify(sorted(value), null, 2)}\n`;
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]): [string, Json] => [key, sorted(inner)]);
  return Object.fromEntries(entries.sort(([left], [right]) => compareTexts(left, right)));
}
