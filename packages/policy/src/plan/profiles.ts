import type {
  BlastRadius,
  PolicyMode,
  PolicySeverity,
  ProjectPolicySettings,
} from '@deployment-engine/contracts';
import { type ChangeFinding, type ChangeRule, changeRules } from './change-rules.ts';
import { builtInRules } from './rules/index.ts';

export type Profile = ProjectPolicySettings['profile'];

/** What the rules on resources do where nothing else is set. */
export const modesBySeverity: Record<Profile, Record<PolicySeverity, PolicyMode>> = {
  advisory: { critical: 'warn', high: 'warn', medium: 'warn', low: 'warn' },
  guarded: { critical: 'block', high: 'approve', medium: 'warn', low: 'warn' },
  strict: { critical: 'block', high: 'block', medium: 'approve', low: 'warn' },
};
/** For what changes rights or data, and for what the plan does not tell. */
export const attentionMode: Record<Profile, PolicyMode> = {
  advisory: 'warn',
  guarded: 'approve',
  strict: 'approve',
};

/** What a rule on changes does where nothing else is set. */
export function changeMode(id: ChangeFinding['id'], profile: Profile): PolicyMode {
  const { mode, modeInAdvisory }: ChangeRule = changeRules[id];
  return mode ?? (profile === 'advisory' ? modeInAdvisory : undefined) ?? attentionMode[profile];
}

/** The rule that each limit is judged by. */
const limitRules = {
  maxDeletions: 'PLAN-MAX-DELETIONS',
  maxReplacements: 'PLAN-MAX-REPLACEMENTS',
  maxResources: 'PLAN-MAX-RESOURCES',
  resourceTypes: 'PLAN-RESOURCE-TYPE',
  regions: 'PLAN-REGION',
} as const satisfies Record<keyof BlastRadius, ChangeFinding['id']>;

/**
 * The modes that an enforced profile and enforced limits stand for. A profile that only warns enforces nothing: its
 * rules may be switched off.
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
