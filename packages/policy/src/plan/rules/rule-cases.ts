import assert from 'node:assert/strict';
import { projectPolicySettingsSchema } from '@deployment-engine/contracts';
import { evaluatePlan } from '../evaluate-plan.ts';
import { planOf, type ResourceFixture } from '../plan-fixture.ts';

/** A resource and the expected result of a rule; `rest` extends the fixture. */
export type RuleCase = [
  id: string,
  name: string,
  type: string,
  after: object,
  expected: 'found' | 'none' | 'review',
  rest?: object,
];

export function testRules(cases: RuleCase[]): void {
  for (const [id, name, type, after, expected, rest] of cases)
    test(`${id}: ${name} ${{ found: 'is found', none: 'is accepted', review: 'waits for a review' }[expected]}`, () => {
      const plan = planOf([{ address: `${type}.x`, after, ...rest } as ResourceFixture]);
      const { findings } = evaluatePlan(plan, projectPolicySettingsSchema.parse({ profile: 'guarded' }));
      const finding = findings.find((candidate) => candidate.id === id);
      const isReview = finding?.message.endsWith('look at it');
      assert.equal(
        finding === undefined ? 'none' : isReview ? 'review' : 'found',
        expected,
        finding?.message,
      );
      if (isReview) expect(finding?.mode).toBe('approve');
    });
}
