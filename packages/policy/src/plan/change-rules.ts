import type { PolicyMode, PolicySeverity } from '@deployment-engine/contracts';
import { changeAction } from '@deployment-engine/terraform-code';
import type { PlanModel, PlannedResource } from './plan-model.ts';

/** A finding about a change in the plan, independent of the resulting resources. */
export type ChangeFinding = {
  id: keyof typeof changeRules;
  resource: PlannedResource | null;
  subject?: string;
  message: string;
  /** Replaces the rule's mode in profile `advisory`. */
  modeInAdvisory?: PolicyMode;
};

export type ChangeRule = {
  severity: PolicySeverity;
  /** A fixed mode; otherwise rules follow the profile: a warning in `advisory`, approval elsewhere. */
  mode?: PolicyMode;
  /** For rules that would warn too often. */
  modeInAdvisory?: PolicyMode;
  remediation: string;
};

export const changeRules = {
  'PLAN-IMPORT': { severity: 'high', mode: 'approve', remediation: 'Import objects of this project only.' },
  'PLAN-FORGET': {
    severity: 'medium',
    mode: 'approve',
    remediation: 'Check that the object may go on without being managed.',
  },
  'PLAN-MOVE': { severity: 'low', mode: 'approve', remediation: 'Check that the object keeps its place.' },
  'PLAN-DELETE': { severity: 'medium', remediation: 'Check that the object and its data may go.' },
  'PLAN-REPLACE': { severity: 'medium', remediation: 'Check that the object and its data may be made anew.' },
  'PLAN-IAM': {
    severity: 'medium',
    modeInAdvisory: 'off',
    remediation: 'Check who gains or loses which rights.',
  },
  'PLAN-MAX-DELETIONS': { severity: 'high', mode: 'block', remediation: 'Delete less at once.' },
  'PLAN-MAX-REPLACEMENTS': { severity: 'high', mode: 'block', remediation: 'Replace less at once.' },
  'PLAN-RESOURCE-TYPE': {
    severity: 'high',
    mode: 'block',
    remediation: 'Use the types the project may change.',
  },
  'PLAN-MAX-RESOURCES': {
    severity: 'high',
    mode: 'block',
    remediation: 'Split the project, or lower count and for_each.',
  },
  'PLAN-REGION': { severity: 'high', mode: 'block', remediation: 'Use the regions the project may use.' },
} as const satisfies Record<string, ChangeRule>;

const identityType = /^aws_(iam|ssoadmin|organizations)_|_iam_(member|binding|policy)$|^azurerm_(role|pim)_/;

export function findChanges(plan: PlanModel): ChangeFinding[] {
  return plan.changes.flatMap((resource) => {
    const { actions, address } = resource;
    const found: ChangeFinding[] = [];
    if (resource.importing) found.push({ id: 'PLAN-IMPORT', resource, message: `${address} is imported` });
    if (actions.includes('forget'))
      found.push({ id: 'PLAN-FORGET', resource, message: `${address} is forgotten and goes on to exist` });
    if (resource.previousAddress !== null)
      found.push({
        id: 'PLAN-MOVE',
        resource,
        message: `${address} takes over ${resource.previousAddress}`,
        // A move alone changes nothing, while deletion and re-creation pass in this profile.
        ...(isChange(actions) ? {} : { modeInAdvisory: 'warn' as const }),
      });
    if (isReplacement(actions))
      found.push({ id: 'PLAN-REPLACE', resource, message: `${address} is replaced` });
    else if (actions.includes('delete'))
      found.push({ id: 'PLAN-DELETE', resource, message: `${address} is deleted` });
    if (identityType.test(resource.type) && isChange(actions))
      found.push({ id: 'PLAN-IAM', resource, message: `${address} changes who may do what` });
    return found;
  });
}

export function isReplacement(actions: string[]): boolean {
  return changeAction(actions) === 'replace';
}

export function isChange(actions: string[]): boolean {
  return actions.some((action) => action !== 'no-op' && action !== 'read');
}
