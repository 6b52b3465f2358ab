import type { UserRule } from '@deployment-engine/contracts';
import { celProblem, runUserRules } from '@deployment-engine/policy';

const timeoutMs = 10_000;

/** Returns rules that cannot work: repeated ids, CEL that is not a condition, Rego that does not load or answer. */
export async function userRuleProblems(rules: UserRule[]): Promise<{ index: number; problem: string }[]> {
  const repeated = (rule: UserRule, index: number) => rules.findIndex(({ id }) => id === rule.id) < index;
  const rego = rules.filter(({ language }) => language === 'rego');
  const outcomes = rego.length > 0 ? await runUserRules(rego, emptyPlan, timeoutMs) : new Map();
  return rules.flatMap((rule, index) => {
    if (repeated(rule, index)) return [{ index, problem: `the id ${rule.id} is used twice` }];
    const problem =
      rule.language === 'cel' ? celProblem(rule.expression) : regoProblem(outcomes.get(rule.id));
    return problem === undefined ? [] : [{ index, problem: `${rule.id}: ${problem}` }];
  });
}

const emptyPlan = { format_version: '1.2', resource_changes: [], configuration: { root_module: {} } };

function regoProblem(outcome: { error?: string } | undefined): string | undefined {
  if (!outcome) return `the bundle does not answer for an empty plan within ${timeoutMs / 1000} s and 512 MB`;
  return outcome.error && `the bundle cannot be evaluated: ${outcome.error}; build it with opa build -t wasm`;
}
