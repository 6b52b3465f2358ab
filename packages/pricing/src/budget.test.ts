import { budgetSchema } from '@deployment-engine/contracts';
import { estimate } from './estimate.ts';
import { judgeBudget } from './judge-budget.ts';
import { resource } from './resource-fixture.ts';

const zone = resource('aws_route53_zone.z');
const gateway = resource('aws_nat_gateway.n');
const answer = estimate([zone, gateway], { current: [zone] });
const judge = (budget: object) => judgeBudget(answer, answer.diff, budgetSchema.parse(budget));

describe('a budget', () => {
  test('that is kept allows', () => {
    expect(judge({ maxMonthly: 100, maxIncrease: 50 })).toStrictEqual({ decision: 'allow', violations: [] });
  });

  for (const [budget, rule] of [
    [{ maxMonthly: 30 }, 'maxMonthly'],
    [{ maxIncrease: 30 }, 'maxIncrease'],
    [{ maxIncreasePercent: 10 }, 'maxIncreasePercent'],
  ] as const) {
    test(`broken by ${rule} blocks and names the resource`, () => {
      const verdict = judge(budget);
      expect(verdict.decision).toBe('block');
      expect(verdict.violations[0]?.rule).toBe(rule);
      expect(verdict.violations[0]?.address).toBe('aws_nat_gateway.n');
      expect(verdict.violations[0]?.message ?? '').toMatch(/aws_nat_gateway\.n/);
    });
  }

  test('takes the strictest of its actions', () => {
    const unknown = estimate([resource('aws_unheard_of.u'), gateway]);
    const verdict = (budget: object) => judgeBudget(unknown, null, budgetSchema.parse(budget)).decision;
    expect(verdict({})).toBe('warn');
    expect(verdict({ onUnknown: 'ignore' })).toBe('allow');
    expect(verdict({ onUnknown: 'approve' })).toBe('approve');
    expect(verdict({ onUnknown: 'approve', maxMonthly: 1 })).toBe('block');
    expect(verdict({ onUnknown: 'approve', maxMonthly: 1, action: 'warn' })).toBe('approve');
  });
});
