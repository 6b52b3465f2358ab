import { projectPolicySettingsSchema } from '@deployment-engine/contracts';
import type { TerraformState } from '@deployment-engine/terraform-code';
import { evaluatePlan } from './evaluate-plan.ts';
import { evaluateResult } from './evaluate-result.ts';
import { planOf } from './plan-fixture.ts';

const policyOf = (principal: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: principal, Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' },
    ],
  });
/** The policy contains the bucket's ARN, so its whole text is unknown in the plan. */
const plan = planOf([
  {
    address: 'module.m.aws_s3_bucket_policy.p["k"]',
    after: { bucket: 'b' },
    unknown: { policy: true },
    expressions: { policy: { references: ['aws_s3_bucket.b.arn'] } },
  },
]);
const stateWith = (policy: string): TerraformState => ({
  version: 4,
  terraform_version: '1.11.4',
  serial: 1,
  lineage: 'l',
  outputs: {},
  resources: [
    {
      module: 'module.m',
      mode: 'managed',
      type: 'aws_s3_bucket_policy',
      name: 'p',
      provider: 'provider["registry.terraform.io/hashicorp/aws"]',
      instances: [{ index_key: 'k', attributes: { bucket: 'b', policy } }],
    },
  ],
});
const judge = (policy: string, settings: object = {}) => {
  const parsed = projectPolicySettingsSchema.parse(settings);
  return evaluateResult(plan, stateWith(policy), parsed, evaluatePlan(plan, parsed));
};

test('values unknown in the plan are checked in the state, and warn at most', () => {
  const [pending] = evaluatePlan(plan, projectPolicySettingsSchema.parse({})).findings;
  expect([pending?.id, pending?.pending]).toStrictEqual(['AWS-S3-004', true]);
  const report = judge(policyOf('*'), { profile: 'strict' });
  expect(report.verdict).toBe('warn');
  expect(
    report.findings.map(({ id, address, mode, pending }) => ({ id, address, mode, pending })),
  ).toStrictEqual([
    { id: 'AWS-S3-004', address: 'module.m.aws_s3_bucket_policy.p["k"]', mode: 'warn', pending: false },
  ]);
});

test('a compliant result has no findings', () => {
  expect(judge(policyOf('arn:aws:iam::123456789012:root')).findings).toStrictEqual([]);
});

test('a rule in mode off and an exempted finding are not reported again', () => {
  expect(judge(policyOf('*'), { modes: { 'AWS-S3-004': 'off' } }).findings).toStrictEqual([]);
  const exemption = { id: 'AWS-S3-004', who: 'a', why: 'b' };
  expect(judge(policyOf('*'), { exemptions: [exemption] }).findings).toStrictEqual([]);
});
