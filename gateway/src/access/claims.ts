import { projectPatternSchema, type Role, roleSchema, roles } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import { z } from 'zod';

/** Which claims of a token, or fields of the main API's answer about one, give a caller its role and its projects. */
export type ClaimMapping = {
  roleClaim: string;
  projectsClaim: string;
  /** Claim with a list of permissions, which count like roles. */
  permissionsClaim: string | undefined;
  /** Role for each foreign role or permission; `undefined` if the role claim has one of this engine. */
  roleOf: ReadonlyMap<string, Role> | undefined;
  /** Claim with a tenant, which takes the place of the projects claim. */
  tenantClaim: string | undefined;
  /** Pattern of a tenant's projects, such as `{tenant}.*`. */
  tenantProjects: string;
};

type Claims = Readonly<Record<string, unknown>>;

const projects = z
  .union([z.array(z.string()), z.string().transform((list) => list.split(/[\s,]+/).filter(Boolean))])
  .pipe(z.array(projectPatternSchema).max(100));
/** Without a dot or an asterisk: `acme.b.*` is inside `acme.*`, and `*` is everything. Longer ones make no project ids. */
const tenant = z
  .union([z.string(), z.number().int().nonnegative().transform(String)])
  .pipe(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,35}$/));
const texts = z.union([z.string().transform((one) => [one]), z.array(z.string()).max(1000)]).catch([]);

/** Returns a caller's role and projects; throws `unauthenticated`, with what is wrong, if the claims give none. */
export function mapClaims(claims: Claims, mapping: ClaimMapping): { role: Role; projects: string[] } {
  return { role: roleOf(claims, mapping), projects: projectsOf(claims, mapping) };
}

function roleOf(claims: Claims, { roleClaim, permissionsClaim, roleOf: mapped }: ClaimMapping): Role {
  if (!mapped) {
    const role = roleSchema.safeParse(own(claims, roleClaim));
    if (role.success) return role.data;
    throw invalidToken(`its claim ${roleClaim} must be a role: viewer, deployer, approver or admin`);
  }
  const given = [roleClaim, ...(permissionsClaim ? [permissionsClaim] : [])].flatMap((name) =>
    texts.parse(own(claims, name)),
  );
  const found = new Set(given.map((text) => mapped.get(text)));
  const highest = roles.findLast((role) => found.has(role));
  if (highest) return highest;
  throw invalidToken(
    `JWT_ROLES maps nothing in its claim ${[roleClaim, permissionsClaim].filter(Boolean).join(' or ')} to a role`,
  );
}

function projectsOf(claims: Claims, { tenantClaim, tenantProjects, projectsClaim }: ClaimMapping): string[] {
  if (tenantClaim === undefined) {
    const scope = projects.safeParse(own(claims, projectsClaim));
    if (scope.success) return scope.data;
    throw invalidToken(`its claim ${projectsClaim} must be a list of project patterns`);
  }
  const id = tenant.safeParse(own(claims, tenantClaim));
  if (!id.success)
    throw invalidToken(
      `its claim ${tenantClaim} must be the id of a tenant: 1 to 36 letters, digits, "_" or "-"`,
    );
  return [tenantProjects.replace('{tenant}', id.data)];
}

function own(claims: Claims, name: string): unknown {
  return Object.hasOwn(claims, name) ? claims[name] : undefined;
}

export function invalidToken(why: string): DomainError {
  return new DomainError('unauthenticated', `the token is not valid: ${why}`);
}
