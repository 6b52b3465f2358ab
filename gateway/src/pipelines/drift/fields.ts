import type { DriftedResource } from '@deployment-engine/contracts';
import type { ComponentPlan } from '@deployment-engine/stacks';

/** Objects that are gone or new, and components that hold data, are grave; differences in tags are not. */
export function severityOf(
  { stateful }: Pick<ComponentPlan, 'stateful'>,
  resources: DriftedResource[],
): 'low' | 'medium' | 'high' {
  const isTags = ({ path }: { path: string }) => /^tags(_all)?(\.|$)/.test(path);
  if (resources.every(({ action, attributes }) => action === 'update' && attributes.every(isTags)))
    return 'low';
  return stateful || resources.some(({ action }) => action !== 'update') ? 'high' : 'medium';
}

/** Returns the fields of a component's files: name without case and separators → path. */
export function fieldsByName({ spec, infra }: Pick<ComponentPlan, 'spec' | 'infra'>): Map<string, string> {
  const paths = leaves({ spec, infra }, '');
  return new Map(paths.map((path) => [plain(path.split('.').at(-1) ?? ''), path]));
}

function leaves(value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [path];
  return Object.entries(value).flatMap(([name, inner]) =>
    leaves(inner, path === '' ? name : `${path}.${name}`),
  );
}

/**
 * Returns the field that an attribute seems to come from. Providers put the name of the thing before or after:
 * `message_retention_seconds` is `retentionSeconds`. Null if no field, or more than one, has its name.
 */
export function fieldOf(attribute: string, fields: Map<string, string>): string | null {
  const name = plain(attribute.split('.').at(-1) ?? '');
  const exact = fields.get(name);
  if (exact !== undefined) return exact;
  const near = [...fields].filter(
    ([field]) => field.length > 3 && (name.endsWith(field) || name.startsWith(field)),
  );
  return near.length === 1 ? (near[0]?.[1] ?? null) : null;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}
