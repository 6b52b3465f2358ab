import type { BlastRadius } from '@deployment-engine/contracts';

/** Roles in rising order; each may do what those before it may. */
export const roles = ['viewer', 'deployer', 'approver', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Who a call comes from. */
export type Principal = {
  /** `open`: this machine, while no authentication is asked. */
  kind: 'open' | 'api_key' | 'jwt' | 'engine';
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

export function hasRole(principal: Principal, role: Role): boolean {
  return roles.indexOf(principal.role) >= roles.indexOf(role);
}

export function mayTouch(principal: Principal, projectId: string): boolean {
  return principal.projects.some((pattern) => matches(pattern, projectId));
}

function matches(pattern: string, text: string): boolean {
  const source = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${source.join('[^]*')}$`).test(text);
}
