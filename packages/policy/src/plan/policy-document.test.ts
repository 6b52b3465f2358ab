import assert from 'node:assert/strict';
import { projectPolicySettingsSchema } from '@deployment-engine/contracts';
import { evaluatePlan } from './evaluate-plan.ts';
import { planOf, type ResourceFixture, refersTo } from './plan-fixture.ts';

const bucket: ResourceFixture = { address: 'aws_s3_bucket.b', after: {} };
const holder = (after: object, unknown: object): ResourceFixture[] => [
  bucket,
  {
    address: 'aws_s3_bucket_policy.p',
    unknown: { policy: true, bucket: true },
    expressions: {
      bucket: refersTo('aws_s3_bucket.b.id', 'aws_s3_bucket.b'),
      policy: refersTo('data.aws_iam_policy_document.d.json', 'data.aws_iam_policy_document.d'),
    },
  },
  {
    address: 'data.aws_iam_policy_document.d',
    actions: ['read'],
    after: { ...after },
    unknown: { ...unknown },
  },
];
const tls = { test: 'Bool', variable: 'aws:SecureTransport', values: ['false'] };
const deny = {
  effect: 'Deny',
  actions: ['s3:*'],
  principals: [{ type: '*', identifiers: ['*'] }],
  condition: [tls],
};
const ids = (resources: ResourceFixture[]) =>
  evaluatePlan(planOf(resources), projectPolicySettingsSchema.parse({})).findings.map(({ id }) => id);

test('a policy document read during apply is checked by its known parts', () => {
  const resources = holder({ statement: [deny] }, { statement: [{ resources: [true] }], json: true });
  expect(ids(resources)).not.toContain('AWS-S3-005');
  expect(ids(resources)).not.toContain('AWS-S3-004');
  const allowing = holder({ statement: [{ ...deny, effect: 'Allow', condition: [] }] }, { json: true });
  assert.ok(ids(allowing).includes('AWS-S3-004') && ids(allowing).includes('AWS-S3-005'));
});

test('a policy document with unknown sources waits for a review', () => {
  const resources = holder({ statement: [deny] }, { source_policy_documents: true });
  const { findings } = evaluatePlan(
    planOf(resources),
    projectPolicySettingsSchema.parse({ profile: 'strict' }),
  );
  expect(findings.find(({ id }) => id === 'AWS-S3-004')?.mode).toBe('approve');
});
