import { asRecord } from '@deployment-engine/terraform-code';
import { companionsOf, expectCompanion } from '../companions.ts';
import type { PlanModel, PlannedResource } from '../plan-model.ts';
import type { PlannedValue } from '../planned-value.ts';
import { referencesOf } from '../references.ts';
import { expectValue, type PolicyRule, review, type Violation, violationIf } from '../rule.ts';

const ingressTypes = [
  'aws_security_group',
  'aws_default_security_group',
  'aws_security_group_rule',
  'aws_vpc_security_group_ingress_rule',
];
const administrationPorts = [22, 3389];
const riskyPorts = [
  20, 21, 23, 25, 110, 135, 143, 445, 1433, 1434, 1521, 2375, 2376, 3306, 4333, 5432, 5500, 5601, 6379, 9200,
  9300, 11211, 27017,
];

export const networkRules: PolicyRule[] = [
  {
    id: 'AWS-EC2-001',
    severity: 'critical',
    remediation: 'Restrict the addresses, or use SSM Session Manager.',
    frameworks: {
      FSBP: ['EC2.13', 'EC2.14'],
      'CIS AWS v5': ['5.3', '5.4'],
      'SOC 2': ['CC6.6', 'CC7.2'],
      HIPAA: ['164_308_a_1_ii_b', '164_312_e_1'],
      'PCI DSS 4': ['1.2.8', '1.3.1', '1.3.2', '1.4.2'],
      'ISO 27001:2022': ['A.8.20', 'A.8.21', 'A.8.22'],
    },
    types: ingressTypes,
    check: (resource, plan) =>
      openPorts(resource, plan, administrationPorts, 'SSH or RDP is open to the internet'),
  },
  {
    id: 'AWS-EC2-002',
    severity: 'critical',
    remediation: 'Restrict the addresses.',
    frameworks: {
      FSBP: ['EC2.18', 'EC2.19'],
      'SOC 2': ['CC6.6'],
      'ISO 27001:2022': ['A.8.20', 'A.8.21', 'A.8.22'],
    },
    types: ingressTypes,
    check: (resource, plan) =>
      openPorts(resource, plan, riskyPorts, 'a high-risk port is open to the internet'),
  },
  {
    id: 'AWS-EC2-003',
    severity: 'high',
    remediation: 'Declare the default security group with no rules.',
    frameworks: { FSBP: ['EC2.2'], 'CIS AWS v5': ['5.5'], 'ISO 27001:2022': ['A.8.20', 'A.8.21', 'A.8.22'] },
    types: ['aws_default_security_group'],
    check: ({ attributes }) =>
      violationIf(
        ['ingress', 'egress'].some(
          (name) => attributes.get(name).items.length > 0 || attributes.get(name).isPending,
        ),
        'the default security group has rules',
      ),
  },
  {
    id: 'AWS-EC2-008',
    severity: 'medium',
    remediation: 'Set map_public_ip_on_launch = false.',
    frameworks: { FSBP: ['EC2.15'], 'SOC 2': ['CC6.6'], 'ISO 27001:2022': ['A.8.20', 'A.8.21', 'A.8.22'] },
    types: ['aws_subnet'],
    check: ({ attributes }) =>
      expectValue(
        'map_public_ip_on_launch',
        attributes.get('map_public_ip_on_launch'),
        (value) => value !== true,
        'instances in the subnet get public addresses',
      ),
  },
  {
    id: 'AWS-EC2-009',
    severity: 'medium',
    remediation: 'Add an aws_flow_log with traffic_type = "ALL".',
    frameworks: {
      FSBP: ['EC2.6'],
      'CIS AWS v5': ['3.7'],
      'SOC 2': ['CC7.2', 'CC7.3'],
      HIPAA: ['164_308_a_1_ii_d', '164_308_a_3_ii_a', '164_308_a_6_ii', '164_312_b'],
      GDPR: ['Art. 25', 'Art. 30'],
      'PCI DSS 4': ['10.2.1', '10.2.2', '10.3.1', '10.6.3'],
      'ISO 27001:2022': ['A.8.15', 'A.8.16', 'A.8.20', 'A.8.21', 'A.8.22'],
    },
    types: ['aws_vpc'],
    check: (vpc, plan) => expectCompanion(plan, vpc, 'aws_flow_log', 'vpc_id', 'the VPC has no flow log'),
  },
];

type Certainty = 'yes' | 'no' | 'unknown';

function openPorts(
  resource: PlannedResource,
  plan: PlanModel,
  ports: readonly number[],
  message: string,
): Violation[] {
  const rules = ingressRules(resource);
  if (rules === 'pending') return review('the list of ingress rules');
  const verdicts = rules.map((rule) =>
    both(isIngress(resource), isOpenToAll(rule, resource, plan), coversAny(rule, ports)),
  );
  if (verdicts.includes('yes')) return violationIf(true, message);
  return verdicts.includes('unknown') ? review('what an ingress rule lets in') : [];
}

function both(...parts: Certainty[]): Certainty {
  if (parts.includes('no')) return 'no';
  return parts.includes('unknown') ? 'unknown' : 'yes';
}

function ingressRules({ type, attributes }: PlannedResource): PlannedValue[] | 'pending' {
  if (type === 'aws_security_group_rule' || type === 'aws_vpc_security_group_ingress_rule')
    return [attributes];
  return attributes.get('ingress').isPending ? 'pending' : attributes.get('ingress').items;
}

function isIngress({ type, attributes }: PlannedResource): Certainty {
  if (type !== 'aws_security_group_rule') return 'yes';
  const direction = attributes.get('type');
  if (direction.isUnknown) return 'unknown';
  return direction.value === 'ingress' ? 'yes' : 'no';
}

/**
 * Whether a rule includes everybody, also through a prefix list of this plan. The provider computes none of
 * it, so an unknown part was set in the code, perhaps in a dynamic block.
 */
function isOpenToAll(rule: PlannedValue, resource: PlannedResource, plan: PlanModel): Certainty {
  const cidrs = ['cidr_blocks', 'ipv6_cidr_blocks', 'cidr_ipv4', 'cidr_ipv6'].map((name) => rule.get(name));
  const lists = ['prefix_list_ids', 'prefix_list_id'].map((name) => rule.get(name));
  cidrs.push(...lists.flatMap((list) => prefixesOf(list, resource, plan)));
  if (cidrs.some((cidr) => cidr.strings.some(isEverything))) return 'yes';
  return cidrs.some((cidr) => cidr.isPartlyUnknown) ? 'unknown' : 'no';
}

/** `/0` in any spelling; also `/1`, because two of them cover everything. */
function isEverything(cidr: string): boolean {
  return /\/0*[01]$/.test(cidr.trim());
}

/** Returns the CIDRs of the lists; a list that is not in the plan is returned itself. */
function prefixesOf(list: PlannedValue, resource: PlannedResource, plan: PlanModel): PlannedValue[] {
  const { resources } = referencesOf(plan, resource, list.expression);
  const lists = (plan.byType.get('aws_ec2_managed_prefix_list') ?? []).filter(
    ({ after, modulePath, type, name }) =>
      list.strings.includes(String(asRecord(after).id)) ||
      resources.some(
        (reference) => reference.modulePath === modulePath && reference.address === `${type}.${name}`,
      ),
  );
  if (lists.length === 0) return [list];
  return lists.flatMap((one) => {
    const entries = companionsOf(plan, one, 'aws_ec2_managed_prefix_list_entry', 'prefix_list_id');
    const blocks = one.attributes.get('entry').items;
    return [...[...entries.certain, ...entries.possible].map(({ attributes }) => attributes), ...blocks].map(
      (entry) => entry.get('cidr'),
    );
  });
}

function coversAny(rule: PlannedValue, ports: readonly number[]): Certainty {
  const [protocol, ipProtocol, from, to] = ['protocol', 'ip_protocol', 'from_port', 'to_port'].map((name) =>
    rule.get(name),
  ) as [PlannedValue, PlannedValue, PlannedValue, PlannedValue];
  if (protocol.isUnknown || ipProtocol.isUnknown) return 'unknown';
  const name = String(protocol.value ?? ipProtocol.value).toLowerCase();
  if (name === '-1' || name === 'all') return 'yes';
  if (!['tcp', 'udp', '6', '17'].includes(name)) return 'no';
  if (from.isUnknown || to.isUnknown) return 'unknown';
  return ports.some((port) => Number(from.value) <= port && port <= Number(to.value)) ? 'yes' : 'no';
}
