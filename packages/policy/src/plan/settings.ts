import { type PolicyMode, type ProjectPolicySettings, policyModes } from '@deployment-engine/contracts';

/** Settings that a project's code and plans are checked against. */
export type PolicySettings = ProjectPolicySettings & {
  /** Minimum modes set by the operator, by rule id; neither project nor profile can lower them. */
  minimumModes?: Record<string, PolicyMode>;
  /** Minimum modes from the operator's profile and limits, for rules not in `minimumModes`. */
  enforcedModes?: Record<string, PolicyMode>;
  /** Patterns of roles that code may assume; set only by the operator. */
  assumeRoles?: string[];
  /** What the cloud account allows whose credentials the runs get. */
  cloudAccount?: AccountLimits;
};

export type AccountLimits = {
  /** `null` allows all. */
  regions: string[] | null;
  /** Region of providers that code gives none. */
  defaultRegion: string | null;
  /** Values of the root's input variables, if they are known. */
  variables?: Readonly<Record<string, unknown>>;
};

/** Returns a rule's mode: the project's or the default, but at least the operator's minimum. */
export function modeOf(settings: PolicySettings, id: string, defaultMode: PolicyMode): PolicyMode {
  const { modes } = settings;
  const chosen = (Object.hasOwn(modes, id) && modes[id]) || defaultMode;
  const minimums = { ...settings.enforcedModes, ...settings.minimumModes };
  const minimum = (Object.hasOwn(minimums, id) && minimums[id]) || 'off';
  return policyModes.indexOf(chosen) >= policyModes.indexOf(minimum) ? chosen : minimum;
}

/** Whether the project or the operator sets a mode for this rule. */
export function isNamed({ modes, minimumModes = {} }: PolicySettings, id: string): boolean {
  return Object.hasOwn(modes, id) || Object.hasOwn(minimumModes, id);
}

/** Whether the operator enforces this rule: only the operator's exemptions apply to it. */
export function isEnforced({ minimumModes = {}, enforcedModes = {} }: PolicySettings, id: string): boolean {
  return Object.hasOwn(minimumModes, id) || Object.hasOwn(enforcedModes, id);
}
