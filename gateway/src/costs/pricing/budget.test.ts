import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { budgetSchema } from '@deployment-engine/contracts';
import { estimate } from './estimate.ts';
import { judgeBudget } from './judge-budget.ts';
import type { NormalisedResource } from './normalised-resource.ts';

function resource(type: string, name: string): NormalisedResource {
  return {
    address: `${type}.${name}`,
    type,
    region: 'us-east-1',
    values: {},
    unknown: {},
    action: 'create',
    references: {},
  };
}

const zone = resource('aws_route53_zone', 'z');
const gateway = resource('aws_nat_gateway', 'n');
const answer = estimate([zone, gateway], { current: [zone] });
const judge = (budget: object) => judgeBudget(answer, answer.diff, budgetSchema.parse(budget));

describe('a budget', () => {
  test('that is kept allows', () => {
    assert.deepEqual(judge({ maxMonthly: 100, maxIncrease: 50 }), { decision: 'allow', violations: [] });
  });

  for (const [budget, rule] of [
    [{ maxMonthly: 30 }, 'maxMonthly'],
    [{ maxIncrease: 30 }, 'maxIncrease'],
    [{ maxIncreasePercent: 10 }, 'maxIncreasePercent'],
  ] as const) {
    test(`broken by ${rule} blocks and names the resource`, () => {
      const verdict = judge(budget);
      assert.equal(verdict.decision, 'block');
      assert.equal(verdict.violations[0]?.rule, rule);
      assert.equal(verdict.violations[0]?.address, 'aws_nat_gateway.n');
      assert.match(verdict.violations[0]?.message ?? '', /aws_nat_gateway\.n/);
    });
  }

  test('takes the strictest of its actions', () => {
    const unknown = estimate([resource('aws_unheard_of', 'u'), gateway]);
    const verdict = (budget: object) => judgeBudget(unknown, null, budgetSchema.parse(budget)).decision;
    assert.equal(verdict({}), 'warn');
    assert.equal(verdict({ onUnknown: 'ignore' }), 'allow');
    assert.equal(verdict({ onUnknown: 'approve' }), 'approve');
    assert.equal(verdict({ onUnknown: 'approve', maxMonthly: 1 }), 'block');
    assert.equal(verdict({ onUnknown: 'approve', maxMonthly: 1, action: 'warn' }), 'approve');
  });
});
