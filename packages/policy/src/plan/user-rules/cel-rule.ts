import { type CelRule, matchesWildcard } from '@deployment-engine/contracts';
import { asRecord } from '@deployment-engine/terraform-code';
import { Environment } from '@marcbachmann/cel-js';
import { isChange, isReplacement } from '../change-rules.ts';
import type { PlanModel, PlannedResource } from '../plan-model.ts';
import { celHits, celLimits, celProblemIn } from './cel-environment.ts';
import type { RuleHit } from './rule-hit.ts';

const environment = new Environment(celLimits)
  .registerVariable('resource', 'map')
  .registerVariable('summary', 'map');

/** Returns why an expression is not a valid rule, or `undefined` if it is. */
export function celProblem(expression: string): string | undefined {
  return celProblemIn(environment, expression);
}

/** Returns resources for which the expression is true, or fails, for example by reading a missing key. */
export function evaluateCel(rule: CelRule, plan: PlanModel): RuleHit[] {
  const holds = environment.parse(rule.expression);
  const summary = summarise(plan);
  const { resourceTypes } = rule;
  const judged = plan.changes.filter(
    ({ type }) => !resourceTypes || resourceTypes.some((pattern) => matchesWildcard(pattern, type)),
  );
  return celHits(
    holds,
    judged.map((resource) => ({
      address: resource.address,
      variables: { resource: describe(resource), summary },
    })),
  );
}

/** Values before a creation and after a deletion are empty maps, so that `has()` works. */
function describe(resource: PlannedResource) {
  const { address, type, name, moduleAddress, provider, actions } = resource;
  const [before, after, afterUnknown] = [resource.before, resource.after, resource.afterUnknown].map(
    asRecord,
  );
  return { address, type, name, module: moduleAddress, provider, actions, before, after, afterUnknown };
}

function summarise({ changes }: PlanModel) {
  const replacements = changes.filter(({ actions }) => isReplacement(actions)).length;
  const having = (action: string) => changes.filter(({ actions }) => actions.includes(action)).length;
  return {
    creates: having('create') - replacements,
    updates: having('update'),
    deletes: having('delete') - replacements,
    replacements,
    changes: changes.filter(({ actions }) => isChange(actions)).length,
  };
}
