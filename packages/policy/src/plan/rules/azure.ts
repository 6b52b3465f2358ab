import type { PlannedResource } from '../plan-model.ts';
import type { PlannedValue } from '../planned-value.ts';
import {
  expectTrue,
  expectValue,
  isFalse,
  isTrue,
  type PolicyRule,
  review,
  type Violation,
  violationIf,
} from '../rule.ts';

const anywhere = ['*', 'internet', 'any', '0.0.0.0/0', '::/0'];

/** The conditions follow the provider's documentation; they were not tested on a real plan. */
export const azureRules: PolicyRule[] = [
  {
    id: 'AZ-ST-001',
    severity: 'high',
    remediation: 'Accept HTTPS only, from TLS 1.2 on.',
    frameworks: {
      'CIS Azure v5': ['9.3.4', '9.3.6'],
      'SOC 2': ['CC6.7'],
      HIPAA: ['164.312(e)(1)'],
      'ISO 27001:2022': ['A.8.24'],
    },
    types: ['azurerm_storage_account'],
    check: ({ attributes }) => [
      ...['https_traffic_only_enabled', 'enable_https_traffic_only'].flatMap((name) =>
        expectValue(name, attributes.get(name), (value) => !isFalse(value), 'plain HTTP is accepted'),
      ),
      ...expectValue(
        'min_tls_version',
        attributes.get('min_tls_version'),
        (version = 'TLS1_2') => version === 'TLS1_2' || version === 'TLS1_3',
        'TLS before 1.2 is accepted',
      ),
    ],
  },
  {
    id: 'AZ-ST-002',
    severity: 'critical',
    remediation: 'Set allow_nested_items_to_be_public = false and container_access_type = "private".',
    frameworks: {
      'CIS Azure v5': ['9.3.8'],
      'SOC 2': ['CC6.1'],
      HIPAA: ['164.312(a)(1)'],
      'ISO 27001:2022': ['A.8.1'],
    },
    types: ['azurerm_storage_account', 'azurerm_storage_container'],
    check: ({ type, attributes }) => {
      const [name, isGood] =
        type === 'azurerm_storage_container'
          ? ['container_access_type', (access: unknown = 'private') => access === 'private']
          : ['allow_nested_items_to_be_public', (value: unknown) => !isTrue(value)];
      return expectValue(name, attributes.get(name), isGood, 'objects can be read by everybody');
    },
  },
  {
    id: 'AZ-NSG-001',
    severity: 'critical',
    remediation: 'Restrict the source, or use Bastion.',
    frameworks: {
      'CIS Azure v5': ['7.1', '7.2'],
      'SOC 2': ['CC6.6'],
      HIPAA: ['164.308(a)(1)(ii)(B)'],
      'ISO 27001:2022': ['A.8.20-22'],
    },
    types: ['azurerm_network_security_rule', 'azurerm_network_security_group'],
    check: ({ type, attributes }) => {
      const rules =
        type === 'azurerm_network_security_rule' ? [attributes] : attributes.get('security_rule').items;
      if (rules.some(isOpenRule)) return violationIf(true, 'SSH or RDP is open to the internet');
      return rules.some(isUndecided) ? review('what a rule lets in') : [];
    },
  },
  {
    id: 'AZ-KV-001',
    severity: 'high',
    remediation: 'Enable purge protection and deny networks by default.',
    frameworks: {
      'CIS Azure v5': ['8.3.5'],
      'SOC 2': ['PI1.5'],
      HIPAA: ['164.308(a)(7)'],
      'ISO 27001:2022': ['A.8.24'],
    },
    types: ['azurerm_key_vault'],
    check: ({ attributes }) => [
      ...expectTrue('purge_protection_enabled', attributes.get('purge_protection_enabled')),
      ...(isFalse(attributes.get('public_network_access_enabled').value)
        ? []
        : expectValue(
            'network_acls.default_action',
            attributes.get('network_acls').first.get('default_action'),
            (action) => action === 'Deny',
            'the vault is open to every network',
          )),
    ],
  },
  {
    id: 'AZ-SQL-001',
    severity: 'critical',
    remediation: 'Use a private endpoint and TLS 1.2.',
    frameworks: { 'SOC 2': ['CC6.2'], HIPAA: ['164.312(a)(1)'], 'ISO 27001:2022': ['A.8.20'] },
    types: [
      'azurerm_mssql_server',
      'azurerm_mssql_firewall_rule',
      'azurerm_mysql_flexible_server',
      'azurerm_mysql_flexible_server_firewall_rule',
      'azurerm_postgresql_flexible_server',
      'azurerm_postgresql_flexible_server_firewall_rule',
    ],
    check: checkSql,
  },
  {
    id: 'AZ-AKS-001',
    severity: 'high',
    remediation: 'Make the cluster private and let only Entra accounts in.',
    frameworks: { 'SOC 2': ['CC6.1'], HIPAA: ['164.312(a)(1)'], 'ISO 27001:2022': ['A.8.1'] },
    types: ['azurerm_kubernetes_cluster'],
    check: ({ attributes }) => {
      const ranges = [
        attributes.get('api_server_access_profile').first.get('authorized_ip_ranges'),
        attributes.get('api_server_authorized_ip_ranges'),
      ];
      const isPrivate = attributes.get('private_cluster_enabled');
      const pending = isPrivate.isPending || ranges.some((range) => range.isPending);
      const open = !isTrue(isPrivate.value) && !ranges.some((range) => range.strings.length > 0);
      return [
        ...(open && pending
          ? review('who reaches the API of the cluster')
          : violationIf(open, 'the API of the cluster is open to the internet')),
        ...expectTrue('local_account_disabled', attributes.get('local_account_disabled')),
      ];
    },
  },
];

const ruleParts = [
  'direction',
  'access',
  'source_address_prefix',
  'source_address_prefixes',
  'destination_port_range',
  'destination_port_ranges',
];

/** Whether some of the rule is known only after apply and the known part does not decide it. */
function isUndecided(rule: PlannedValue): boolean {
  const isOther = (name: string, value: string) =>
    !rule.get(name).isUnknown && String(rule.get(name).value).toLowerCase() !== value;
  return (
    ruleParts.some((name) => rule.get(name).isPartlyUnknown) &&
    !isOther('direction', 'inbound') &&
    !isOther('access', 'allow')
  );
}

function isOpenRule(rule: PlannedValue): boolean {
  const is = (name: string, value: string) => String(rule.get(name).value).toLowerCase() === value;
  const sources = ['source_address_prefix', 'source_address_prefixes'].flatMap(
    (name) => rule.get(name).strings,
  );
  const ports = ['destination_port_range', 'destination_port_ranges'].flatMap(
    (name) => rule.get(name).strings,
  );
  return (
    is('direction', 'inbound') &&
    is('access', 'allow') &&
    sources.some((source) => anywhere.includes(source.toLowerCase())) &&
    ports.some((range) => [22, 3389].some((port) => coversPort(range, port)))
  );
}

function coversPort(range: string, port: number): boolean {
  if (range === '*') return true;
  const [from = Number.NaN, to = from] = range.split('-').map(Number);
  return from <= port && port <= to;
}

function checkSql({ type, attributes }: PlannedResource): Violation[] {
  const publicAddress = expectValue(
    'public_network_access_enabled',
    attributes.get('public_network_access_enabled'),
    (value) => !isTrue(value),
    'the server has a public address',
  );
  if (type === 'azurerm_mssql_server')
    return [
      ...publicAddress,
      ...expectValue(
        'minimum_tls_version',
        attributes.get('minimum_tls_version'),
        (version) => !['1.0', '1.1', 'Disabled'].includes(String(version)),
        'TLS before 1.2 is accepted',
      ),
    ];
  if (type.endsWith('_flexible_server'))
    return [
      ...publicAddress,
      ...expectValue(
        'public_network_access',
        attributes.get('public_network_access'),
        (value) => value !== 'Enabled',
        'the server has a public address',
      ),
    ];
  const ends = ['start_ip_address', 'end_ip_address'].map((name) => attributes.get(name));
  if (ends.some((end) => end.isPending)) return review('the range of the firewall rule');
  const range = ends.map((end) => end.value).join('-');
  if (range === '0.0.0.0-0.0.0.0')
    return violationIf(true, 'the firewall lets all of Azure in, also what belongs to others');
  return violationIf(range === '0.0.0.0-255.255.255.255', 'the firewall lets every address in');
}
