import { asArray, asRecord } from '@deployment-engine/terraform-code';
import type { PlannedResource } from '../plan-model.ts';
import type { PlannedValue } from '../planned-value.ts';
import { expectTrue, expectValue, type PolicyRule, review, type Violation, violationIf } from '../rule.ts';

const clusterLogs = ['api', 'audit', 'authenticator'];

export const containerRules: PolicyRule[] = [
  {
    id: 'AWS-EKS-001',
    severity: 'high',
    remediation:
      'Make the endpoint private or list its CIDRs, encrypt secrets with KMS and turn on the logs.',
    frameworks: {
      FSBP: ['EKS.1', 'EKS.3', 'EKS.8'],
      HIPAA: ['164_308_a_4_ii_a', '164_312_a_2_iv', '164_312_e_2_ii'],
      'PCI DSS 4': ['1.2.8', '1.3.1', '1.3.2', '1.4.2'],
      'ISO 27001:2022': ['A.8.1', 'A.8.5', 'A.8.11', 'A.8.24', 'A.8.15'],
    },
    types: ['aws_eks_cluster'],
    check: checkCluster,
  },
  {
    id: 'AWS-ECR-001',
    severity: 'medium',
    remediation: 'Turn on scan_on_push and set image_tag_mutability = "IMMUTABLE".',
    frameworks: { FSBP: ['ECR.1', 'ECR.2'], 'PCI DSS 4': ['11.3.1'] },
    types: ['aws_ecr_repository'],
    check: ({ attributes }) => [
      ...expectTrue('scan_on_push', attributes.get('image_scanning_configuration').first.get('scan_on_push')),
      ...expectValue(
        'image_tag_mutability',
        attributes.get('image_tag_mutability'),
        (value) => value === 'IMMUTABLE',
        'image tags can be moved',
      ),
    ],
  },
  {
    id: 'AWS-ECS-001',
    severity: 'high',
    remediation: 'Remove privileged.',
    frameworks: { FSBP: ['ECS.4'], 'PCI DSS 4': ['7.2.1', '7.2.2', '7.2.3'] },
    types: ['aws_ecs_task_definition'],
    check: ({ attributes }) => {
      const containers = readContainers(attributes.get('container_definitions'));
      if (containers === 'pending') return review('container_definitions');
      return violationIf(
        containers.some(({ privileged }) => privileged === true || privileged === 'true'),
        'a container is privileged',
      );
    },
  },
];

/** Returns the containers of an ECS task; none if the text is not JSON. */
export function readContainers(definitions: PlannedValue): Record<string, unknown>[] | 'pending' {
  if (definitions.isPending) return 'pending';
  try {
    return asArray(JSON.parse(String(definitions.value))).map(asRecord);
  } catch {
    return [];
  }
}

function checkCluster({ attributes }: PlannedResource): Violation[] {
  const network = attributes.get('vpc_config').first;
  const endpoint = network.get('endpoint_public_access');
  const cidrs = network.get('public_access_cidrs');
  const logs = attributes.get('enabled_cluster_log_types');
  const encryption = attributes.get('encryption_config');
  const open = 'the API of the cluster is open to the internet';
  return [
    ...(endpoint.value === false
      ? []
      : expectValue('public_access_cidrs', cidrs, () => areNarrow(cidrs), open)),
    ...expectValue(
      'encryption_config',
      encryption,
      () => encryption.items.some((item) => item.get('resources').strings.includes('secrets')),
      'secrets are not encrypted with a key',
    ),
    ...expectValue(
      'enabled_cluster_log_types',
      logs,
      () => clusterLogs.every((name) => logs.strings.includes(name)),
      `not all of the logs ${clusterLogs.join(', ')} are on`,
    ),
  ];
}

/** Whether addresses are listed and none of them means everybody. */
function areNarrow({ strings }: PlannedValue): boolean {
  return strings.length > 0 && !strings.some((cidr) => /\/0*[01]$/.test(cidr));
}
