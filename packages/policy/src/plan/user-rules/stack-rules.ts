import { type CelRule, matchesWildcard, type PolicyMode, type UserRule } from '@deployment-engine/contracts';
import { Environment } from '@marcbachmann/cel-js';
import { celHits, celLimits, celProblemIn } from './cel-environment.ts';
import type { JudgedStack } from './judged-stack.ts';
import type { RuleHit, RuleOutcome } from './rule-hit.ts';
import { runRules } from './run-rules.ts';

export type StackFinding = { id: string; mode: PolicyMode; component: string | null; message: string };

const environment = new Environment(celLimits)
  .registerVariable('component', 'map')
  .registerVariable('stack', 'map');

/** Returns why an expression is no rule over a stack, or `undefined` if it is one. */
export function stackCelProblem(expression: string): string | undefined {
  return celProblemIn(environment, expression);
}

/** Returns components for which the expression is true, or fails. `resourceTypes` are patterns of kinds. */
export function evaluateStackCel(rule: CelRule, judged: JudgedStack): RuleHit[] {
  const holds = environment.parse(rule.expression);
  const { components, ...names } = judged;
  const stack = { ...names, name: judged.stack, components: components.length };
  const { resourceTypes } = rule;
  const chosen = components.filter(
    ({ kind }) => !resourceTypes || resourceTypes.some((pattern) => matchesWildcard(pattern, kind)),
  );
  return celHits(
    holds,
    chosen.map((component) => ({ address: component.id, variables: { component, stack } })),
  );
}

/** The operator wrote the rules, so the limit only ends what is wrong; a busy machine takes seconds to start a thread. */
const timeoutMs = 30_000;

/**
 * Judges a resolved stack by the operator's rules, in a thread with limited memory and time. A rule that fails or times
 * out counts as violated. Rego gets the stack as its input.
 */
export async function judgeStack(rules: UserRule[], stack: JudgedStack): Promise<StackFinding[]> {
  const active = rules.filter(({ mode }) => mode !== 'off');
  if (active.length === 0) return [];
  const byId = await runRules(active, { stack }, timeoutMs);
  return active.flatMap((rule) => findingsOf(rule, byId.get(rule.id)));
}

function findingsOf({ id, mode, message }: UserRule, outcome: RuleOutcome | undefined): StackFinding[] {
  const finding = (component: string | null, text: string) => ({ id, mode, component, message: text });
  if (!outcome) return [finding(null, `${message} (the rule ran out of time or memory)`)];
  if ('error' in outcome)
    return [finding(null, `${message} (the rule cannot be evaluated: ${outcome.error})`)];
  return outcome.hits.map((hit) =>
    finding(hit.address, hit.message ? `${message}: ${hit.message}` : message),
  );
}
