import assert from 'node:assert/strict';
import { test } from 'node:test';
import { projectPolicySettingsSchema } from '@deployment-engine/contracts';
import { evaluatePlan } from './evaluate-plan.ts';
import { planOf } from './plan-fixture.ts';

test('of too many findings the strictest are told', () => {
  const volumes = Array.from({ length: 600 }, (_, index) => ({ address: `aws_ebs_volume.v[${index}]` }));
  const plan = planOf([...volumes, { address: 'aws_iam_access_key.k' }]);
  const report = evaluatePlan(plan, projectPolicySettingsSchema.parse({ modes: { 'AWS-IAM-003': 'block' } }));
  assert.deepEqual([report.verdict, report.findings.length, report.truncated], ['block', 500, true]);
  assert.equal(report.findings[0]?.id, 'AWS-IAM-003');
});
