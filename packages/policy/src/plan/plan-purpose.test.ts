import { blastRadiusSchema, projectPolicySettingsSchema } from '@deployment-engine/contracts';
import type { TerraformPlan } from '@deployment-engine/terraform-code';
import { evaluatePlan, type PlanPurpose } from './evaluate-plan.ts';
import { planOf } from './plan-fixture.ts';

const idsOf = (plan: TerraformPlan, settings: object, purpose: PlanPurpose) =>
  evaluatePlan(plan, projectPolicySettingsSchema.parse(settings), purpose).findings.map(({ id }) => id);
const deletion = planOf([
  { address: 'aws_iam_role.r', actions: ['delete'], after: null },
  { address: 'aws_sqs_queue.q', actions: ['delete'], after: null },
]);

test('a requested destroy is bound only by the limits of its caller', () => {
  const settings = { profile: 'strict', blastRadius: { maxDeletions: 0, resourceTypes: ['aws_s3_*'] } };
  expect(idsOf(deletion, settings, { destroys: true })).toStrictEqual([]);
  expect(idsOf(deletion, settings, {})).toContain('PLAN-MAX-DELETIONS');
  const callerLimits = blastRadiusSchema.parse({ maxDeletions: 1 });
  expect(idsOf(deletion, settings, { destroys: true, callerLimits })).toStrictEqual(['PLAN-MAX-DELETIONS']);
});

test('a rule about deletions applies to a destroy too if the settings name it', () => {
  const settings = { modes: { 'PLAN-DELETE': 'block' } };
  expect(idsOf(deletion, settings, { destroys: true })).toStrictEqual(['PLAN-DELETE', 'PLAN-DELETE']);
});

test('settings cannot lift the limits of a caller', () => {
  const callerLimits = blastRadiusSchema.parse({ maxDeletions: 0 });
  const settings = {
    modes: { 'PLAN-MAX-DELETIONS': 'off', 'PLAN-DELETE': 'off' },
    exemptions: [{ id: 'PLAN-MAX-DELETIONS', who: 'a', why: 'b' }],
  };
  const { findings } = evaluatePlan(deletion, projectPolicySettingsSchema.parse(settings), { callerLimits });
  expect(findings.map(({ id, mode, howToAllow }) => [id, mode, /Nobody/.test(howToAllow)])).toStrictEqual([
    ['PLAN-MAX-DELETIONS', 'block', true],
  ]);
});

test('every import needs approval', () => {
  const plan = planOf([
    { address: 'aws_sqs_queue.a', actions: ['no-op'], change: { importing: { id: 'id-of-a' } } },
  ]);
  const { findings } = evaluatePlan(plan, projectPolicySettingsSchema.parse({}), {});
  expect(findings.map(({ id, address, mode }) => [id, address, mode])).toStrictEqual([
    ['PLAN-IMPORT', 'aws_sqs_queue.a', 'approve'],
  ]);
});

test('a plan that leaves more objects than the limit is blocked', () => {
  const plan = planOf([0, 1, 2].map((index) => ({ address: `terraform_data.a[${index}]` })));
  expect(idsOf(plan, { blastRadius: { maxResources: 2 } }, {})).toStrictEqual(['PLAN-MAX-RESOURCES']);
  expect(idsOf(plan, { blastRadius: { maxResources: 3 } }, {})).toStrictEqual([]);
});
