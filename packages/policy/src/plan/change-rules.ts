import type { PolicyMode, PolicySeverity } from '@deployment-engine/contracts';
import type { PlanModel, PlannedResource } from './plan-model.ts';

/** A finding about what the plan does, whatever the resources look like afterwards. */
export type ChangeFinding = {
  id: keyof typeof changeRules;
  resource: PlannedResource | null;
  subject?: string;
  message: string;
  /** In place of the rule's mode where the profile is `advisory`. */
  modeInAdvisory?: PolicyMode;
};

export type ChangeRule = {
  severity: PolicySeverity;
  /** Fixed modes; the others follow the profile: they warn in `advisory` and ask for approval elsewhere. */
  mode?: PolicyMode;
  /** Where a warning about every such change would only be noise. */
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
        // A new name alone touches nothing, while deleting and creating it anew passes.
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
  return actions.includes('delete') && actions.includes('create');
}

export function isChange(actions: string[]): boolean {
  return actions.some((action) => action !== 'no-op' && action !== 'read');
}
