import type {
  BlastRadius,
  PolicyMode,
  PolicySeverity,
  ProjectPolicySettings,
} from '@deployment-engine/contracts';
import { type ChangeFinding, type ChangeRule, changeRules } from './change-rules.ts';
import { builtInRules } from './rules/index.ts';

export type Profile = ProjectPolicySettings['profile'];

/** Default modes of rules on resources. */
export const modesBySeverity: Record<Profile, Record<PolicySeverity, PolicyMode>> = {
  advisory: { critical: 'warn', high: 'warn', medium: 'warn', low: 'warn' },
  guarded: { critical: 'block', high: 'approve', medium: 'warn', low: 'warn' },
  strict: { critical: 'block', high: 'block', medium: 'approve', low: 'warn' },
};
/** Default mode for changes of rights or data, and for unknown values. */
export const attentionMode: Record<Profile, PolicyMode> = {
  advisory: 'warn',
  guarded: 'approve',
  strict: 'approve',
};

/** Returns the default mode of a rule on changes. */
export function changeMode(id: ChangeFinding['id'], profile: Profile): PolicyMode {
  const { mode, modeInAdvisory }: ChangeRule = changeRules[id];
  return mode ?? (profile === 'advisory' ? modeInAdvisory : undefined) ?? attentionMode[profile];
}

/** Maps each limit to its rule. */
const limitRules = {
  maxDeletions: 'PLAN-MAX-DELETIONS',
  maxReplacements: 'PLAN-MAX-REPLACEMENTS',
  maxResources: 'PLAN-MAX-RESOURCES',
  resourceTypes: 'PLAN-RESOURCE-TYPE',
  regions: 'PLAN-REGION',
} as const satisfies Record<keyof BlastRadius, ChangeFinding['id']>;

/**
 * Returns the minimum modes implied by an enforced profile and enforced limits. A profile that only warns
 * enforces nothing: its rules may be switched off.
 */
export function enforcedModes(profile: Profile, limits: BlastRadius): Record<string, PolicyMode> {
  const ofResources = builtInRules.map(
    ({ id, severity }) => [id, modesBySeverity[profile][severity]] as const,
  );
  const ofChanges = (Object.keys(changeRules) as ChangeFinding['id'][])
    .filter((id) => !Object.values<string>(limitRules).includes(id))
    .map((id) => [id, changeMode(id, profile)] as const);
  const stops = ([, mode]: readonly [string, PolicyMode]) => mode === 'approve' || mode === 'block';
  const ofProfile = profile === 'advisory' ? [] : [...ofResources, ...ofChanges].filter(stops);
  const ofLimits = (Object.keys(limitRules) as (keyof BlastRadius)[])
    .filter((limit) => limits[limit] !== null)
    .map((limit) => [limitRules[limit], changeMode(limitRules[limit], profile)] as const);
  return Object.fromEntries([...ofProfile, ...ofLimits]);
}
