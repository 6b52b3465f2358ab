import { type PolicyMode, type ProjectPolicySettings, policyModes } from '@deployment-engine/contracts';

/** What a project's code and plans are judged by. */
export type PolicySettings = ProjectPolicySettings & {
  /** What the operator enforces by rule id: neither the project nor its profile goes below. */
  minimumModes?: Record<string, PolicyMode>;
  /** What the operator's profile and limits enforce of rules that `minimumModes` does not name. */
  enforcedModes?: Record<string, PolicyMode>;
  /** Patterns of the roles that code may assume, from the operator alone. */
  assumeRoles?: string[];
};

/** The mode of a rule: the project's own, else the default, and at least what the operator enforces. */
export function modeOf(settings: PolicySettings, id: string, defaultMode: PolicyMode): PolicyMode {
  const { modes } = settings;
  const chosen = (Object.hasOwn(modes, id) && modes[id]) || defaultMode;
  const minimums = { ...settings.enforcedModes, ...settings.minimumModes };
  const minimum = (Object.hasOwn(minimums, id) && minimums[id]) || 'off';
  return policyModes.indexOf(chosen) >= policyModes.indexOf(minimum) ? chosen : minimum;
}

/** Whether the project or the operator says something about this very rule. */
export function isNamed({ modes, minimumModes = {} }: PolicySettings, id: string): boolean {
  return Object.hasOwn(modes, id) || Object.hasOwn(minimumModes, id);
}

/** Whether the operator enforces this rule: only exemptions of the operator reach it. */
export function isEnforced({ minimumModes = {}, enforcedModes = {} }: PolicySettings, id: string): boolean {
  return Object.hasOwn(minimumModes, id) || Object.hasOwn(enforcedModes, id);
}
