import type { ProjectPolicySettings, UserRule } from '@deployment-engine/contracts';
import { builtInRules, changeRules, preflightRules } from '@deployment-engine/policy';

const builtIn = new Set([
  ...builtInRules.map(({ id }) => id),
  ...Object.keys(changeRules),
  ...Object.keys(preflightRules),
]);

type Named = Partial<Pick<ProjectPolicySettings, 'modes' | 'exemptions' | 'userRules'>>;

/**
 * Returns modes and exemptions without effect: for rules that do not exist, or that cannot be allowed. User rules may
 * be the project's or the operator's.
 */
export function ruleIdProblems(
  { modes = {}, exemptions = [], userRules = [] }: Named,
  operatorRules: UserRule[],
): { path: (string | number)[]; problem: string }[] {
  const own = new Set([...userRules, ...operatorRules].map(({ id }) => id));
  const problems = [
    ...Object.keys(modes).map((id) => ({ path: ['modes', id], problem: problemOf(id, own) })),
    ...exemptions.map(({ id }, index) => ({
      path: ['exemptions', index, 'id'],
      problem: problemOf(id, own),
    })),
  ];
  return problems.flatMap(({ path, problem }) => (problem === undefined ? [] : [{ path, problem }]));
}

function problemOf(id: string, own: Set<string>): string | undefined {
  if (own.has(id)) return undefined;
  if (!builtIn.has(id)) return `there is no rule ${id}`;
  const isAllowable =
    !Object.hasOwn(preflightRules, id) || preflightRules[id as keyof typeof preflightRules].allowable;
  return isAllowable ? undefined : `nobody can allow ${id}`;
}
