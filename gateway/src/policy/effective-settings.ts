import {
  type BlastRadius,
  matchesWildcard,
  type OperatorPolicy,
  type ProjectPolicySettings,
  policyProfiles,
  type UserRule,
} from '@deployment-engine/contracts';
import { type AccountLimits, enforcedModes, type PolicySettings } from '@deployment-engine/policy';

/** Arguments that can send credentials elsewhere. With those of a cloud account, only the operator may allow them. */
const forAccounts = { 'PRE-PROVIDER-ARGUMENT': 'block' } as const;

/**
 * Returns a project's settings in force: its own or the operator's defaults, limited by what the operator and the cloud account
 * enforce whose credentials the project's runs get.
 */
export function effectiveSettings(
  operator: OperatorPolicy,
  projectId: string,
  own: ProjectPolicySettings | null,
  cloudAccount?: AccountLimits,
): PolicySettings {
  const { defaults, enforce } = operator;
  const base = own ?? defaults;
  const exemptions = operator.exemptions
    .filter(({ projects }) => projects.some((pattern) => matchesWildcard(pattern, projectId)))
    .map(({ projects: _projects, ...exemption }) => exemption);
  const assumeRoles = operator.assumeRoles
    .filter(({ projects }) => projects.some((pattern) => matchesWildcard(pattern, projectId)))
    .flatMap(({ roles }) => roles);
  const ofRules = enforce.userRules.map(({ id, mode }) => [id, mode] as const);
  const minimumModes = {
    ...Object.fromEntries(ofRules),
    ...enforce.modes,
    ...(cloudAccount ? forAccounts : {}),
  };
  const enforced = enforcedModes(enforce.profile, enforce.blastRadius);
  const minimums = { ...enforced, ...minimumModes };
  return {
    profile: strictest(policyProfiles, base.profile, enforce.profile),
    modes: base.modes,
    minimumModes,
    enforcedModes: enforced,
    assumeRoles,
    ...(cloudAccount ? { cloudAccount } : {}),
    exemptions: [...exemptions, ...base.exemptions.filter(({ id }) => !Object.hasOwn(minimums, id))],
    blastRadius: narrowest(base.blastRadius, enforce.blastRadius),
    userRules: mergeRules(base.userRules, enforce.userRules),
  };
}

/** Returns the stricter value; `order` lists values from the least to the most strict. */
function strictest<T>(order: readonly T[], left: T, right: T): T {
  return order.indexOf(left) >= order.indexOf(right) ? left : right;
}

/** Merges rules; if both have an id, the operator's rule wins. */
function mergeRules(own: UserRule[], enforced: UserRule[]): UserRule[] {
  const taken = new Set(enforced.map(({ id }) => id));
  return [...enforced, ...own.filter(({ id }) => !taken.has(id))];
}

/** Returns the limits that allow only what both allow. */
export function narrowest(left: BlastRadius, right: BlastRadius): BlastRadius {
  return {
    maxDeletions: least(left.maxDeletions, right.maxDeletions),
    maxReplacements: least(left.maxReplacements, right.maxReplacements),
    maxResources: least(left.maxResources, right.maxResources),
    resourceTypes: common(left.resourceTypes, right.resourceTypes),
    regions: common(left.regions, right.regions),
  };
}

function least(left: number | null, right: number | null): number | null {
  return left === null || right === null ? (left ?? right) : Math.min(left, right);
}

/** Returns the patterns of each list that the other one covers. */
function common(left: string[] | null, right: string[] | null): string[] | null {
  if (left === null || right === null) return left ?? right;
  const covered = (pattern: string, by: string[]) => by.some((other) => matchesWildcard(other, pattern));
  return [
    ...new Set([
      ...left.filter((pattern) => covered(pattern, right)),
      ...right.filter((pattern) => covered(pattern, left)),
    ]),
  ];
}
