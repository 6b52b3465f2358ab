import { budgetSchema, type CostDiff, type CostEstimate } from '@deployment-engine/contracts';
import { judgeBudget } from './judge-budget.ts';

type Costs = Record<string, number | null>;

function estimateOf(costs: Costs, unpriced: CostEstimate['unpriced'] = []): CostEstimate {
  const resources = Object.entries(costs).map(([address, monthlyCost]) => ({ address, monthlyCost }));
  const total = resources.reduce((sum, { monthlyCost }) => sum + (monthlyCost ?? 0), 0);
  return { total, unpriced, resources } as CostEstimate;
}

function diffOf(before: number, after: number, differences: Costs): CostDiff {
  const resources = Object.entries(differences).map(([address, difference]) => ({ address, difference }));
  const differencePercent = before === 0 ? null : ((after - before) / before) * 100;
  const sums = { before, after, difference: after - before, differencePercent };
  return { ...sums, resources: resources as CostDiff['resources'] };
}

function judge(answer: CostEstimate, diff: CostDiff | null, budget: object) {
  return judgeBudget(answer, diff, budgetSchema.parse({ onUnknown: 'ignore', ...budget }));
}

describe('a limit', () => {
  const answer = estimateOf({ a: 50, b: 70 });
  const diff = diffOf(100, 120, { b: 20 });

  test.each([
    ['maxMonthly', 120, 119.99],
    ['maxIncrease', 20, 19.99],
    ['maxIncreasePercent', 20, 19.99],
  ])('%s may be reached and not exceeded', (rule, reached, exceeded) => {
    expect(judge(answer, diff, { [rule]: reached }).decision).toBe('allow');
    const { decision, violations } = judge(answer, diff, { [rule]: exceeded });
    expect(decision).toBe('block');
    expect(violations.map(({ rule, limit, actual }) => ({ rule, limit, actual }))).toStrictEqual([
      { rule, limit: exceeded, actual: reached },
    ]);
  });

  test('of 0 forbids any cost', () => {
    expect(judge(answer, diff, { maxMonthly: 0 }).decision).toBe('block');
    expect(judge(estimateOf({}), null, { maxMonthly: 0 }).decision).toBe('allow');
  });

  test('on the increase counts the whole cost of a project of which nothing is running', () => {
    expect(judge(answer, null, { maxIncrease: 119 }).violations[0]?.actual).toBe(120);
  });

  test('in percent does not apply where there was no cost before', () => {
    expect(judge(answer, null, { maxIncreasePercent: 0 }).decision).toBe('allow');
    expect(judge(answer, diffOf(0, 120, { a: 50, b: 70 }), { maxIncreasePercent: 0 }).decision).toBe('allow');
  });

  test.each(['warn', 'approve', 'block'])('takes the action %s of the budget', (action) => {
    expect(judge(answer, diff, { maxMonthly: 1, action }).decision).toBe(action);
  });

  test('is reported beside the others', () => {
    const { violations } = judge(answer, diff, { maxMonthly: 1, maxIncrease: 1, maxIncreasePercent: 1 });
    expect(violations.map(({ rule }) => rule)).toStrictEqual([
      'maxMonthly',
      'maxIncrease',
      'maxIncreasePercent',
    ]);
  });
});

describe('an exceeded limit names', () => {
  const limit = { maxMonthly: 1 };
  const answer = estimateOf({ cheap: 5, dear: 70.126, unknown: null, middle: 30 });

  test.each<[string, CostEstimate, CostDiff | null, string | null]>([
    ['the resource that adds most', answer, diffOf(85, 105, { middle: 25, cheap: -5 }), 'middle'],
    ['the dearest if none adds', answer, diffOf(110, 105, { cheap: -5 }), 'dear'],
    ['the dearest if what changes stays equal in sum', answer, diffOf(105, 105, { cheap: 0 }), 'dear'],
    ['the dearest if the change is unknown', answer, diffOf(105, 105, { unknown: null }), 'dear'],
    ['the dearest if nothing changes', answer, diffOf(105, 105, {}), 'dear'],
    ['the dearest if nothing is running', answer, null, 'dear'],
    ['a priced one before an unknown one', estimateOf({ unknown: null, cheap: 5 }), null, 'cheap'],
    ['none if there is none', { ...estimateOf({}), total: 5 }, null, null],
  ])('%s', (_, subject, diff, expected) => {
    const [violation] = judge(subject, diff, limit).violations;
    expect(violation?.address).toBe(expected);
    if (expected !== null) expect(violation?.message).toContain(`most of it is ${expected} (`);
    else expect(violation?.message).not.toContain('most of it');
  });

  test('amounts in whole cents', () => {
    const [violation] = judge(answer, null, { maxMonthly: 1.5 }).violations;
    expect(violation?.message).toBe(
      'the monthly cost of 105.13 is above the limit of 1.5; most of it is dear (70.13 a month)',
    );
  });
});

describe('what cannot be priced', () => {
  const unpriced: CostEstimate['unpriced'] = [
    { address: 'x.a', type: 'x', component: null, reason: 'unsupported', detail: 'x is not priced' },
    { address: 'y.b', type: 'y', component: 'disk', reason: 'unknown', detail: 'no size' },
  ];
  const answer = estimateOf({}, unpriced);

  test('is listed, one violation each', () => {
    expect(judge(answer, null, { onUnknown: 'approve' })).toStrictEqual({
      decision: 'approve',
      violations: [
        { ...nothing, address: 'x.a', message: 'x.a has no known cost: x is not priced' },
        { ...nothing, address: 'y.b', message: 'y.b (disk) has no known cost: no size' },
      ],
    });
  });

  test('is not listed if the budget ignores it', () => {
    expect(judge(answer, null, {})).toStrictEqual({ decision: 'allow', violations: [] });
  });

  test.each(['warn', 'approve', 'block'])('decides nothing with %s if everything is priced', (onUnknown) => {
    expect(judge(estimateOf({ a: 1 }), null, { onUnknown }).decision).toBe('allow');
  });

  const nothing = { rule: 'onUnknown', limit: null, actual: null };
});
