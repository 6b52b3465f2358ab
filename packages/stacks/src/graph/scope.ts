import { compareTexts } from '../errors.ts';
import type { Dependency } from './waves.ts';

/** A part of a stack: a service, a component, or without both the whole. */
export type PartialScope = { service?: string; component?: string };

/** Returns the ids in the scope; `component` is `service/component` and means all its regions. */
export function idsInScope(ids: Iterable<string>, { service, component }: PartialScope): string[] {
  return [...ids]
    .filter((id) => {
      const [name = ''] = id.split('@');
      if (component !== undefined) return name === component || id === component;
      return service === undefined || name.startsWith(`${service}/`);
    })
    .sort(compareTexts);
}

/** Returns what the scope needs directly and does not have. */
export function dependenciesOutside(scope: string[], dependencies: Dependency[]): Dependency[] {
  const inside = new Set(scope);
  return dependencies.filter(({ component, dependsOn }) => inside.has(component) && !inside.has(dependsOn));
}

/** Returns what needs the scope directly and is not in it, which a destroy of the scope would break. */
export function dependentsOutside(scope: string[], dependencies: Dependency[]): Dependency[] {
  const inside = new Set(scope);
  return dependencies.filter(({ component, dependsOn }) => !inside.has(component) && inside.has(dependsOn));
}

/** Adds everything that the scope needs, directly or not. */
export function withDependencies(scope: string[], dependencies: Dependency[]): string[] {
  return reachable(scope, dependencies, ({ component, dependsOn }) => [component, dependsOn]);
}

/** Adds everything that needs the scope, directly or not. */
export function withDependents(scope: string[], dependencies: Dependency[]): string[] {
  return reachable(scope, dependencies, ({ component, dependsOn }) => [dependsOn, component]);
}

function reachable(
  scope: string[],
  dependencies: Dependency[],
  direction: (dependency: Dependency) => [from: string, to: string],
): string[] {
  const next = new Map<string, string[]>();
  for (const dependency of dependencies) {
    const [from, to] = direction(dependency);
    next.set(from, [...(next.get(from) ?? []), to]);
  }
  const found = new Set(scope);
  for (const id of found) for (const to of next.get(id) ?? []) found.add(to);
  return [...found].sort(compareTexts);
}
