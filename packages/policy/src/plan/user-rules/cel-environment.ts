import type { Environment } from '@marcbachmann/cel-js';
import type { RuleHit } from './rule-hit.ts';

/** Options of every environment in which rules of users are evaluated. */
export const celLimits = {
  unlistedVariablesAreDyn: false,
  homogeneousAggregateLiterals: false,
  enableOptionalTypes: true,
  limits: { maxAstNodes: 2000, maxDepth: 50, maxListElements: 500, maxMapEntries: 500, maxCallArguments: 16 },
};

/** Returns why an expression is not a valid condition, or `undefined` if it is. */
export function celProblemIn(environment: Environment, expression: string): string | undefined {
  try {
    const checked = environment.parse(expression).check();
    if (!checked.valid) return checked.error?.message ?? 'the expression has a type error';
    if (!['bool', 'dyn'].includes(String(checked.type)))
      return `the expression is a ${checked.type}, not a bool`;
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

type Subject = { address: string; variables: Record<string, unknown> };

/** Returns the subjects for which a condition is true, or fails, for example by reading a missing key. */
export function celHits(
  holds: (variables: Record<string, unknown>) => unknown,
  subjects: Subject[],
): RuleHit[] {
  return subjects.flatMap(({ address, variables }) => {
    try {
      const result = holds(variables);
      if (result === false) return [];
      return [result === true ? { address } : { address, message: 'the expression is not a bool' }];
    } catch (error) {
      const [problem] = String(error instanceof Error ? error.message : error).split('\n');
      return [{ address, message: `the expression cannot be evaluated: ${problem}` }];
    }
  });
}
