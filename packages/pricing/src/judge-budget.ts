import type {
  Budget,
  BudgetVerdict,
  BudgetViolation,
  CostDiff,
  CostEstimate,
} from '@deployment-engine/contracts';

const severity = ['allow', 'warn', 'approve', 'block'] as const;

/**
 * Checks an estimate against a project's budget. Each violation names a resource: the one that adds most, or
 * without a diff the one that costs most.
 */
export function judgeBudget(estimate: CostEstimate, diff: CostDiff | null, budget: Budget): BudgetVerdict {
  const limits = [
    ...exceeded('maxMonthly', budget.maxMonthly, estimate.total, ''),
    ...exceeded('maxIncrease', budget.maxIncrease, diff?.difference ?? estimate.total, ''),
    ...exceeded('maxIncreasePercent', budget.maxIncreasePercent, diff?.differencePercent ?? null, ' %'),
  ].map((violation) => blame(violation, estimate, diff));
  const unknown = budget.onUnknown === 'ignore' ? [] : unknownIn(estimate);
  const decisions = [
    ...limits.map(() => budget.action),
    ...(unknown.length > 0 && budget.onUnknown !== 'ignore' ? [budget.onUnknown] : []),
  ];
  const worst = Math.max(0, ...decisions.map((decision) => severity.indexOf(decision)));
  return { decision: severity[worst] ?? 'allow', violations: [...limits, ...unknown] };
}

type Limit = Exclude<BudgetViolation['rule'], 'onUnknown'>;

const words: Record<Limit, string> = {
  maxMonthly: 'the monthly cost',
  maxIncrease: 'the increase a month',
  maxIncreasePercent: 'the increase',
};

function exceeded(
  rule: Limit,
  limit: number | undefined,
  actual: number | null,
  unit: string,
): BudgetViolation[] {
  if (limit === undefined || actual === null || actual <= limit) return [];
  const message = `${words[rule]} of ${round(actual)}${unit} is above the limit of ${limit}${unit}`;
  return [{ rule, limit, actual, address: null, message }];
}

function blame(violation: BudgetViolation, estimate: CostEstimate, diff: CostDiff | null): BudgetViolation {
  const culprit = dearestIncrease(diff) ?? dearest(estimate);
  if (culprit === null) return violation;
  const message = `${violation.message}; most of it is ${culprit.address} (${round(culprit.cost)} a month)`;
  return { ...violation, address: culprit.address, message };
}

type Culprit = {
  address: string;
  cost: number;
};

function dearestIncrease(diff: CostDiff | null): Culprit | null {
  const first = diff?.resources[0];
  if (first?.difference == null || first.difference <= 0) return null;
  return { address: first.address, cost: first.difference };
}

function dearest({ resources }: CostEstimate): Culprit | null {
  const first = resources.toSorted((left, right) => (right.monthlyCost ?? 0) - (left.monthlyCost ?? 0))[0];
  return first === undefined ? null : { address: first.address, cost: first.monthlyCost ?? 0 };
}

function unknownIn({ unpriced }: CostEstimate): BudgetViolation[] {
  return unpriced.map(({ address, component, detail }) => ({
    rule: 'onUnknown',
    limit: null,
    actual: null,
    address,
    message: `${address}${component === null ? '' : ` (${component})`} has no known cost: ${detail}`,
  }));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
