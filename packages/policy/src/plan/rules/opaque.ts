import { isHolder, needlessCapabilities } from '@deployment-engine/templates';
import { readStack } from '../inner-templates.ts';
import { asHolder, type PlannedResource } from '../plan-model.ts';
import { type PolicyRule, type Violation, violationIf } from '../rule.ts';

/** Parts of a template that a message names. */
const maxNamed = 10;

/**
 * Resources whose template, manifest, chart or document makes a cloud or cluster change other resources.
 * Those are not in the plan, so no rule sees them. Includes types of generic providers, which only forward a
 * body.
 */
const opaqueTypes = [
  'aws_cloudformation_stack*', // stack, stack_set, stack_set_instance, stack_instances
  'aws_cloudformation_type',
  'aws_serverlessapplicationrepository_cloudformation_stack',
  'aws_cloudcontrolapi_resource',
  'aws_config_conformance_pack',
  'aws_config_organization_conformance_pack',
  'aws_controltower_landing_zone',
  'aws_servicecatalog_product',
  'aws_servicecatalog_provisioned_product',
  'aws_servicecatalog_provisioning_artifact',
  'aws_elastic_beanstalk_application_version',
  'aws_ssm_document',
  'aws_ssm_association',
  'aws_ssm_maintenance_window_task',
  'awscc_*',
  'azurerm_template_deployment',
  'azurerm_resource_group_template_deployment',
  'azurerm_subscription_template_deployment',
  'azurerm_management_group_template_deployment',
  'azurerm_tenant_template_deployment',
  'azurerm_resource_deployment_script_*',
  'azurerm_blueprint_assignment',
  'azurerm_managed_application',
  'azurerm_managed_application_definition',
  'azurerm_policy_definition',
  'azurerm_automation_runbook',
  'azapi_*',
  'google_deployment_manager_deployment',
  'google_os_config_guest_policies',
  'google_os_config_os_policy_assignment',
  'kubernetes_manifest',
  'kubectl_*',
  'kustomization_resource',
  'helm_release',
  'argocd_application*',
  'flux_bootstrap_git',
  'rancher2_app_v2',
  'restapi_object',
  'alicloud_ros_stack*',
  'ibm_schematics_workspace',
  'oci_resourcemanager_stack',
  'openstack_orchestration_stack_v1',
] as const;

export const opaqueRules: PolicyRule[] = [
  {
    id: 'OPAQUE-001',
    severity: 'high',
    remediation:
      'Write the resources themselves as Terraform code. Where that is not possible, read the template and allow this address.',
    frameworks: {
      'SOC 2': ['CC8.1'],
      'PCI DSS 4': ['6.5.1'],
      'ISO 27001:2022': ['A.8.32'],
    },
    types: opaqueTypes,
    check: (resource) => (isHolder(resource.type) ? opaqueParts(resource) : [unseen(resource.type)]),
  },
  {
    id: 'OPAQUE-002',
    severity: 'medium',
    remediation: 'Remove the capabilities that the template does not need.',
    frameworks: {
      'SOC 2': ['CC6.3'],
      'PCI DSS 4': ['7.2.2'],
      'ISO 27001:2022': ['A.8.2'],
    },
    types: ['aws_cloudformation_stack'],
    check: checkCapabilities,
  },
];

function checkCapabilities(stack: PlannedResource): Violation[] {
  const names = needlessCapabilities({ ...asHolder(stack), template: stack.template });
  const shown = [...new Set(names.map(printable))].join(', ');
  return violationIf(names.length > 0, `it has ${shown}, which its template does not need`);
}

/** A plan can have any text there. */
function printable(capability: string): string {
  return /^CAPABILITY_[A-Z_]{1,30}$/.test(capability) ? capability : 'a capability';
}

function unseen(type: string, why = ''): Violation {
  return {
    message: `what ${type} creates is not in the plan, and no rule has judged it${why}; read its content`,
    review: true,
  };
}

/** A stack's template is judged like code; what remains are parts that nobody can know. */
function opaqueParts(stack: PlannedResource): Violation[] {
  const read = readStack(stack);
  if ('problem' in read) return [unseen(stack.type, `: ${read.problem}`)];
  const { opaque } = read;
  const named = opaque
    .slice(0, maxNamed)
    .map(({ logicalId, reason }) => `${logicalId ?? 'the template'}: ${reason}`);
  const more = opaque.length > maxNamed ? `; and ${opaque.length - maxNamed} more` : '';
  if (opaque.length === 0) return [];
  return [{ message: `no rule has judged parts of the template: ${named.join('; ')}${more}`, review: true }];
}
