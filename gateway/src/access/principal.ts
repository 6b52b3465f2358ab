import {
  type AuditActor,
  type BlastRadius,
  matchesWildcard,
  type Role,
  roles,
  type StackLimits,
} from '@deployment-engine/contracts';

export type { Role };
export { roles };

/** The caller of an operation. */
export type Principal = {
  /** `open`: any caller while no authentication is required. `anonymous`: the caller of a public operation. */
  kind: AuditActor['kind'];
  /** Stable; `key:<id>` or `jwt:<sub>`. */
  id: string;
  /** Name for display. */
  name: string;
  role: Role;
  /** Patterns of the project ids it may access; `*` matches any characters. */
  projects: readonly string[];
  /** Limits on every plan it requests; `null` if only the project's limits apply. */
  blastRadius: BlastRadius | null;
  /** Limits on the stacks it deploys; `null` without any. */
  stackLimits: StackLimits | null;
};

/** The engine itself: schedules, timeouts, remediation. */
export const enginePrincipal: Principal = {
  kind: 'engine',
  id: 'engine',
  name: 'engine',
  role: 'admin',
  projects: ['*'],
  blastRadius: null,
  stackLimits: null,
};

/** Any caller of a gateway that requires no authentication. */
export const openPrincipal: Principal = { ...enginePrincipal, kind: 'open', id: 'open', name: 'open' };

/** Any caller of a public operation. */
export const anonymousPrincipal: Principal = {
  ...enginePrincipal,
  kind: 'anonymous',
  id: 'anonymous',
  name: 'anonymous',
  role: 'viewer',
  projects: [],
};

/** Returns the name to show for a change, with the id: several principals may have the same name. */
export function signedName({ name, id }: Principal): string {
  return name === id ? name : `${name} (${id})`;
}

export function hasRole(principal: Principal, role: Role): boolean {
  return roles.indexOf(principal.role) >= roles.indexOf(role);
}

export function mayTouch(principal: Principal, projectId: string): boolean {
  return principal.projects.some((pattern) => matchesWildcard(pattern, projectId));
}

export function mayTouchAll(principal: Principal): boolean {
  return principal.projects.includes('*');
}

/** Whether every project that matches `patterns` is in the principal's scope. */
export function coversScope(principal: Principal, patterns: readonly string[]): boolean {
  return patterns.every((pattern) => mayTouch(principal, pattern));
}
