import { projectPolicySettingsSchema } from '@deployment-engine/contracts';
import { evaluatePlan } from './evaluate-plan.ts';
import { planOf } from './plan-fixture.ts';

test('of too many findings the strictest are reported', () => {
  const volumes = Array.from({ length: 600 }, (_, index) => ({ address: `aws_ebs_volume.v[${index}]` }));
  const plan = planOf([...volumes, { address: 'aws_iam_access_key.k' }]);
  const report = evaluatePlan(plan, projectPolicySettingsSchema.parse({ modes: { 'AWS-IAM-003': 'block' } }));
  expect([report.verdict, report.findings.length, report.truncated]).toStrictEqual(['block', 500, true]);
  expect(report.findings[0]?.id).toBe('AWS-IAM-003');
});
