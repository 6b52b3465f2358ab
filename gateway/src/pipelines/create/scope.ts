import { DomainError } from '@deployment-engine/service';
import type { ComponentPlan, Dependency } from '@deployment-engine/stacks';
import {
  dependenciesOutside,
  dependentsOutside,
  idsInScope,
  withDependencies,
  withDependents,
} from '@deployment-engine/stacks';

export type Scope = { service?: string | undefined; component?: string | undefined };

export const foundationId = '_foundation';

export function isWholeScope({ service, component }: Scope): boolean {
  return service === undefined && component === undefined;
}

/** Returns the ids in the scope; the network belongs to the whole stack only. Throws `invalid_request` if there are none. */
export function requireInScope(ids: string[], scope: Scope, where: string): string[] {
  const found = isWholeScope(scope) ? [...ids] : idsInScope(ids, given(scope));
  if (found.length > 0 || isWholeScope(scope)) return found;
  const field = scope.component === undefined ? 'service' : 'component';
  const wanted = scope.component ?? scope.service;
  const known = field === 'component' ? ids : [...new Set(ids.map((id) => id.split('/')[0] ?? id))];
  throw new DomainError('invalid_request', 'the request is not valid', {
    fields: [
      {
        pointer: `/${field}`,
        detail: `${where} has no ${field} ${wanted}; it has ${known.slice(0, 20).join(', ') || 'none'}`,
      },
    ],
  });
}

/** The network is destroyed, checked and rolled back with the whole stack only. */
export function withoutNetwork(ids: string[], scope: Scope): string[] {
  return isWholeScope(scope) ? ids : ids.filter((id) => id !== foundationId);
}

function given({ service, component }: Scope) {
  return { ...(service === undefined ? {} : { service }), ...(component === undefined ? {} : { component }) };
}

export function dependenciesOf(plans: Iterable<Pick<ComponentPlan, 'id' | 'dependsOn'>>): Dependency[] {
  return [...plans].flatMap(({ id, dependsOn }) =>
    dependsOn.map((needed) => ({ component: id, dependsOn: needed })),
  );
}

/**
 * Widens a part of a stack that is deployed: by what needs it, if asked, and by what it needs and is not deployed: if
 * asked, and the network always. Throws `dependencies_missing`.
 */
export function widenForDeploy(
  ids: string[],
  dependencies: Dependency[],
  isDeployed: (id: string) => boolean,
  asked: { withDependencies: boolean; withDependents: boolean },
): string[] {
  const wide = asked.withDependents ? withDependents(ids, dependencies) : ids;
  const missing = withDependencies(wide, dependencies).filter((id) => !wide.includes(id) && !isDeployed(id));
  const refused = missing.filter((id) => id !== foundationId);
  if (refused.length > 0 && !asked.withDependencies) {
    const needed = dependenciesOutside(wide, dependencies)
      .filter(({ dependsOn }) => refused.includes(dependsOn))
      .map(({ component, dependsOn }) => `${component} needs ${dependsOn}`);
    throw new DomainError(
      'dependencies_missing',
      `deploying a part of the stack: what it needs is not deployed: ${[...needed, ...refused].slice(0, 10).join(', ')}; deploy that first, or send "withDependencies": true`,
    );
  }
  return [...wide, ...missing];
}

/** Widens what is destroyed by what needs it. Throws `dependents_remain` if that is not asked for. */
export function widenForDestroy(ids: string[], dependencies: Dependency[], asked: boolean): string[] {
  if (asked) return withDependents(ids, dependencies);
  const outside = dependentsOutside(ids, dependencies);
  if (outside.length === 0) return ids;
  const needing = outside.slice(0, 10).map(({ component, dependsOn }) => `${component} needs ${dependsOn}`);
  throw new DomainError(
    'dependents_remain',
    `destroying a part of the stack: ${needing.join(', ')}; destroy those too with "withDependents": true`,
  );
}
