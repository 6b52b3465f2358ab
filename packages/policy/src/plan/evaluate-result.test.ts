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

describe('a result does not report again', () => {
  const settings = projectPolicySettingsSchema.parse({});
  const isPublic = policyOf('*');
  const resultOf = (checked: typeof plan, ofPlan = evaluatePlan(checked, settings)) =>
    evaluateResult(checked, stateWith(isPublic), settings, ofPlan);

  test('what was certain in the plan, and still reports the same rule elsewhere', () => {
    const certain = { address: 'aws_s3_bucket_policy.certain', after: { bucket: 'c', policy: isPublic } };
    const unknown = {
      address: 'module.m.aws_s3_bucket_policy.p["k"]',
      after: { bucket: 'b' },
      unknown: { policy: true },
      expressions: { policy: { references: ['aws_s3_bucket.b.arn'] } },
    };
    const both = planOf([certain, unknown]);
    expect(
      evaluatePlan(both, settings).findings.map(({ address, pending }) => [address, pending]),
    ).toContainEqual([certain.address, false]);
    const { findings } = resultOf(both);
    expect(findings.map(({ address }) => address)).toStrictEqual([unknown.address]);
  });

  test('what an exemption allowed in the plan, even if the exemption has ended', () => {
    const exemptions = [{ id: 'AWS-S3-004', who: 'a', why: 'b' }];
    const ofPlan = evaluatePlan(plan, projectPolicySettingsSchema.parse({ exemptions }));
    expect(ofPlan.allowed.map(({ id }) => id)).toContain('AWS-S3-004');
    const { verdict, findings } = resultOf(plan, ofPlan);
    expect([verdict, findings]).toStrictEqual(['pass', []]);
  });

  test('what is exempted now', () => {
    const { allowed, verdict } = judge(isPublic, { exemptions: [{ id: 'AWS-S3-004', who: 'a', why: 'b' }] });
    expect([allowed, verdict]).toStrictEqual([[], 'pass']);
  });

  test('what is still unknown, because the state has no such resource', () => {
    const parsed = projectPolicySettingsSchema.parse({});
    const empty = { ...stateWith(isPublic), resources: [] };
    const report = evaluateResult(plan, empty, parsed, evaluatePlan(plan, parsed));
    expect([report.verdict, report.findings]).toStrictEqual(['pass', []]);
  });
});

test('a plan without resources has a result without findings', () => {
  const settings = projectPolicySettingsSchema.parse({});
  const none = { ...planOf([]), resource_changes: undefined };
  const report = evaluateResult(none, stateWith(policyOf('*')), settings, evaluatePlan(none, settings));
  expect(report).toStrictEqual({ verdict: 'pass', findings: [], allowed: [], truncated: false });
});
