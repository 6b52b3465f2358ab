import assert from 'node:assert/strict';
import { projectPolicySettingsSchema } from '@deployment-engine/contracts';
import { evaluatePlan } from '../evaluate-plan.ts';
import { evaluateResult } from '../evaluate-result.ts';
import { planOf } from '../plan-fixture.ts';

const template = JSON.stringify({
  Resources: { Db: { Type: 'AWS::RDS::DBInstance', Properties: { PubliclyAccessible: true } } },
});
const types = `aws_cloudformation_stack aws_cloudformation_stack_set aws_cloudformation_stack_set_instance
  aws_cloudcontrolapi_resource aws_ssm_document awscc_rds_db_instance azurerm_resource_group_template_deployment
  azurerm_subscription_template_deployment azapi_resource azurerm_resource_deployment_script_azure_cli
  google_deployment_manager_deployment kubernetes_manifest kubectl_manifest helm_release`.split(/\s+/);
const settings = (profile: string) => projectPolicySettingsSchema.parse({ profile });
const judge = (type: string, profile: string, after: object = { template_body: template }) =>
  evaluatePlan(planOf([{ address: `${type}.x`, after: { ...after } }]), settings(profile));

for (const type of types)
  for (const profile of ['guarded', 'strict'])
    test(`${profile} stops ${type}, whose content no rule sees`, () => {
      // A stack's own template is judged like code; one that lies elsewhere is not.
      const elsewhere = { template_url: 'https://example.org/template.json' };
      const report = judge(type, profile, type === 'aws_cloudformation_stack' ? elsewhere : undefined);
      const finding = report.findings.find(({ id }) => id === 'OPAQUE-001');
      expect([finding?.severity, finding?.pending, finding?.mode]).toStrictEqual(['high', true, 'approve']);
      expect(report.verdict).toBe('approve');
    });

test('advisory warns and lets it pass', () => {
  expect(judge('helm_release', 'advisory').verdict).toBe('warn');
});

for (const type of ['aws_sqs_queue', 'kubernetes_namespace', 'azurerm_resource_group', 'aws_ssm_parameter'])
  test(`${type} is not opaque`, () => {
    assert.ok(!judge(type, 'strict').findings.some(({ id }) => id === 'OPAQUE-001'));
  });

test('an opaque resource is not reported again after apply', () => {
  const plan = planOf([{ address: 'helm_release.x', after: { chart: 'a' } }]);
  const ofPlan = evaluatePlan(plan, settings('guarded'));
  const state = { version: 4, terraform_version: '1', serial: 1, lineage: 'l', outputs: {}, resources: [] };
  const { findings } = evaluateResult(plan, state as never, settings('guarded'), ofPlan);
  expect(findings.filter(({ id }) => id === 'OPAQUE-001')).toStrictEqual([]);
});
