import type { PlannedResource } from '../plan-model.ts';
import type { PlannedValue } from '../planned-value.ts';
import { linkedTo } from '../references.ts';
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
    check: (resource) => openPorts(resource, administrationPorts, 'SSH or RDP is open to the internet'),
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
    check: (resource) => openPorts(resource, riskyPorts, 'a high-risk port is open to the internet'),
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
    check: (vpc, plan) =>
      violationIf(linkedTo(plan, vpc, { aws_flow_log: 'vpc_id' }).length === 0, 'the VPC has no flow log'),
  },
];

function openPorts(resource: PlannedResource, ports: readonly number[], message: string): Violation[] {
  const rules = ingressRules(resource);
  if (rules === 'pending') return review('the list of ingress rules');
  const open = rules.some((rule) => isOpenToAll(rule) && ports.some((port) => covers(rule, port)));
  if (open) return violationIf(true, message);
  const pending = rules.some((rule) => cidrs(rule).some((cidr) => cidr.isPending));
  return pending ? review('the source of an ingress rule') : [];
}

function ingressRules({ type, attributes }: PlannedResource): PlannedValue[] | 'pending' {
  if (type === 'aws_security_group_rule')
    return attributes.get('type').value === 'ingress' ? [attributes] : [];
  if (type === 'aws_vpc_security_group_ingress_rule') return [attributes];
  return attributes.get('ingress').isPending ? 'pending' : attributes.get('ingress').items;
}

function cidrs(rule: PlannedValue): PlannedValue[] {
  return ['cidr_blocks', 'ipv6_cidr_blocks', 'cidr_ipv4', 'cidr_ipv6'].map((name) => rule.get(name));
}

/** `/0` in any spelling; `/1` as well, since two of them are everything. */
function isOpenToAll(rule: PlannedValue): boolean {
  return cidrs(rule)
    .flatMap((cidr) => cidr.strings)
    .some((cidr) => /\/0*[01]$/.test(cidr.trim()));
}

function covers(rule: PlannedValue, port: number): boolean {
  const protocol = String(rule.get('protocol').value ?? rule.get('ip_protocol').value).toLowerCase();
  if (protocol === '-1' || protocol === 'all') return true;
  if (!['tcp', 'udp', '6', '17'].includes(protocol)) return false;
  return Number(rule.get('from_port').value) <= port && port <= Number(rule.get('to_port').value);
}
