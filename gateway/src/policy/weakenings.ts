import {
  type BlastRadius,
  canonicalJson,
  type PolicyMode,
  type ProjectPolicySettings,
  policyModes,
  policyProfiles,
} from '@deployment-engine/contracts';

/**
 * Returns what new settings may allow beyond the old ones, as texts for people. A newly set mode counts unless it is
 * `block`: its default depends on rule and profile.
 */
export function weakenings(before: ProjectPolicySettings, after: ProjectPolicySettings): string[] {
  return [
    ...(policyProfiles.indexOf(after.profile) < policyProfiles.indexOf(before.profile)
      ? [`profile ${after.profile}`]
      : []),
    ...weakerModes(before.modes, after.modes),
    ...added(before.exemptions, after.exemptions).map(({ id }) => `an exemption of ${id}`),
    ...widerLimits(before.blastRadius, after.blastRadius),
    ...added(after.userRules, before.userRules).map(({ id }) => `rule ${id} changed or removed`),
  ];
}

function weakerModes(before: Record<string, PolicyMode>, after: Record<string, PolicyMode>): string[] {
  const rank = (mode: PolicyMode) => policyModes.indexOf(mode);
  const ids = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return ids
    .filter((id) => {
      const [old, now] = [before[id], after[id]];
      if (now === undefined) return old !== 'off';
      return old === undefined ? now !== 'block' : rank(now) < rank(old);
    })
    .map((id) => (after[id] === undefined ? `no mode of ${id}` : `mode ${after[id]} of ${id}`));
}

/** Returns the entries of `to` that `from` does not have. */
function added<T>(from: T[], to: T[]): T[] {
  const known = new Set(from.map((entry) => canonicalJson(entry)));
  return to.filter((entry) => !known.has(canonicalJson(entry)));
}

function widerLimits(before: BlastRadius, after: BlastRadius): string[] {
  const numbers = (['maxDeletions', 'maxReplacements', 'maxResources'] as const).filter((name) => {
    const [old, now] = [before[name], after[name]];
    return old !== null && (now === null || now > old);
  });
  const lists = (['resourceTypes', 'regions'] as const).filter((name) => {
    const [old, now] = [before[name], after[name]];
    return old !== null && (now === null || now.some((entry) => !old.includes(entry)));
  });
  return [...numbers, ...lists].map((name) => `a wider ${name}`);
}
