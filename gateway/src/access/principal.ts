import {
  type AuditActor,
  type BlastRadius,
  matchesWildcard,
  type Role,
  roles,
} from '@deployment-engine/contracts';

export type { Role };
export { roles };

/** Who a call comes from. */
export type Principal = {
  /** `open`: this machine, while no authentication is asked. `anonymous`: whoever calls what is public. */
  kind: AuditActor['kind'];
  /** Stable; `key:<id>` or `jwt:<sub>`. */
  id: string;
  /** What people call it. */
  name: string;
  role: Role;
  /** Project ids it may touch; `*` stands for any text. */
  projects: readonly string[];
  /** Limits on every plan it asks for; `null` where only the project's own apply. */
  blastRadius: BlastRadius | null;
};

/** The engine itself: schedules, time-outs, remediation. */
export const enginePrincipal: Principal = {
  kind: 'engine',
  id: 'engine',
  name: 'engine',
  role: 'admin',
  projects: ['*'],
  blastRadius: null,
};

/** Whoever calls a gateway that asks nobody who they are. */
export const openPrincipal: Principal = { ...enginePrincipal, kind: 'open', id: 'open', name: 'open' };

/** Whoever calls what is public. */
export const anonymousPrincipal: Principal = {
  ...enginePrincipal,
  kind: 'anonymous',
  id: 'anonymous',
  name: 'anonymous',
  role: 'viewer',
  projects: [],
};

/** Whom to show as having changed something: a name alone can be anybody's. */
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

/** Whether every project that `patterns` stand for is in the principal's scope. */
export function coversScope(principal: Principal, patterns: readonly string[]): boolean {
  return patterns.every((pattern) => mayTouch(principal, pattern));
}
