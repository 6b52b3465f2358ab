import type { PlannedResource } from '../plan-model.ts';
import { isTrue, type PolicyRule, type Violation, violationIf } from '../rule.ts';

const everybody = ['allUsers', 'allAuthenticatedUsers'];

/** The conditions follow the provider's documentation; they were not tried on a real plan. */
export const googleRules: PolicyRule[] = [
  {
    id: 'GCP-ST-001',
    severity: 'critical',
    remediation: 'Enable uniform access and enforce public access prevention.',
    frameworks: {
      'CIS GCP v4': ['5.1', '5.2'],
      'SOC 2': ['CC6.1'],
      HIPAA: ['164.312(a)(1)'],
      'ISO 27001:2022': ['A.8.1'],
    },
    types: [
      'google_storage_bucket',
      'google_storage_bucket_iam_member',
      'google_storage_bucket_iam_binding',
      'google_storage_bucket_access_control',
    ],
    check: (resource) => {
      const { type, attributes } = resource;
      if (type !== 'google_storage_bucket')
        return violationIf(membersOf(resource).some(isEverybody), 'objects can be read by everybody');
      return [
        ...violationIf(
          !isTrue(attributes.get('uniform_bucket_level_access').value),
          'uniform bucket-level access is off',
        ),
        ...violationIf(
          attributes.get('public_access_prevention').value !== 'enforced',
          'public access is not prevented',
        ),
      ];
    },
  },
  {
    id: 'GCP-FW-001',
    severity: 'critical',
    remediation: 'Allow only the IAP range 35.235.240.0/20.',
    frameworks: {
      'CIS GCP v4': ['3.6', '3.7'],
      'SOC 2': ['CC6.6'],
      HIPAA: ['164.308(a)(1)(ii)(B)'],
      'ISO 27001:2022': ['A.8.20'],
    },
    types: ['google_compute_firewall'],
    check: ({ attributes }) => {
      const inbound = String(attributes.get('direction').value ?? 'INGRESS') === 'INGRESS';
      const open = attributes.get('source_ranges').strings.some((range) => /\/0$/.test(range));
      const ports = attributes.get('allow').items.some((allow) => {
        const protocol = String(allow.get('protocol').value).toLowerCase();
        const ranges = allow.get('ports').strings;
        return (
          protocol === 'all' ||
          (['tcp', '6'].includes(protocol) && (ranges.length === 0 || ranges.some(isAdministration)))
        );
      });
      return violationIf(
        inbound && open && ports && !isTrue(attributes.get('disabled').value),
        'SSH or RDP is open to the internet',
      );
    },
  },
  {
    id: 'GCP-SQL-001',
    severity: 'critical',
    remediation: 'Use a private address, require TLS and enable backups.',
    frameworks: {
      'CIS GCP v4': ['6.4-6.7'],
      'SOC 2': ['CC6.2', 'CC6.7'],
      HIPAA: ['164.312(a)(1)'],
      'ISO 27001:2022': ['A.8.12', 'A.8.13'],
    },
    types: ['google_sql_database_instance'],
    check: checkSql,
  },
  {
    id: 'GCP-IAM-001',
    severity: 'critical',
    remediation: 'Grant a narrower role, to named members.',
    frameworks: {
      'CIS GCP v4': ['1.5'],
      'SOC 2': ['CC6.3'],
      HIPAA: ['164.308(a)(4)'],
      'ISO 27001:2022': ['A.5.15', 'A.8.2'],
    },
    types: ['project', 'folder', 'organization'].flatMap((scope) =>
      ['member', 'binding'].map((kind) => `google_${scope}_iam_${kind}`),
    ),
    check: (resource) => {
      const role = String(resource.attributes.get('role').value);
      const members = membersOf(resource);
      const basic = ['roles/owner', 'roles/editor'].includes(role);
      return [
        ...violationIf(members.some(isEverybody), 'everybody gets the role'),
        ...violationIf(
          basic && members.some((member) => member.startsWith('serviceAccount:')),
          'a service account is owner or editor',
        ),
      ];
    },
  },
  {
    id: 'GCP-IAM-002',
    severity: 'high',
    remediation: 'Use Workload Identity Federation.',
    frameworks: {
      'CIS GCP v4': ['1.4'],
      'SOC 2': ['CC1.3'],
      HIPAA: ['164.312(d)'],
      'ISO 27001:2022': ['A.5.15'],
    },
    types: ['google_service_account_key'],
    check: () => violationIf(true, 'a long-lived key is made; it is in the state'),
  },
  {
    id: 'GCP-VM-001',
    severity: 'medium',
    remediation: 'Remove the public address, use an own service account and enable Shielded VM.',
    frameworks: {
      'CIS GCP v4': ['4.2', '4.8', '4.9'],
      'SOC 2': ['CC6.6'],
      HIPAA: ['164.312(a)(1)'],
      'ISO 27001:2022': ['A.8.3'],
    },
    types: ['google_compute_instance'],
    check: checkInstance,
  },
];

function membersOf({ attributes }: PlannedResource): string[] {
  return ['member', 'members', 'entity'].flatMap((name) => attributes.get(name).strings);
}

function isEverybody(member: string): boolean {
  return everybody.includes(member);
}

function isAdministration(range: string): boolean {
  const [from = Number.NaN, to = from] = range.split('-').map(Number);
  return [22, 3389].some((port) => from <= port && port <= to);
}

function checkSql({ attributes }: PlannedResource): Violation[] {
  const settings = attributes.get('settings').first;
  const network = settings.get('ip_configuration').first;
  const modes = ['ENCRYPTED_ONLY', 'TRUSTED_CLIENT_CERTIFICATE_REQUIRED'];
  return [
    ...violationIf(
      network.get('authorized_networks').items.some((entry) => /\/0$/.test(String(entry.get('value').value))),
      'every address may connect',
    ),
    ...violationIf(!modes.includes(String(network.get('ssl_mode').value)), 'connections need no TLS'),
    ...violationIf(
      !isTrue(settings.get('backup_configuration').first.get('enabled').value),
      'there are no backups',
    ),
  ];
}

function checkInstance({ attributes }: PlannedResource): Violation[] {
  const account = attributes.get('service_account').first;
  const email = String(account.get('email').value ?? '');
  const isDefault =
    !account.get('email').isPending &&
    (email === '' || email.endsWith('-compute@developer.gserviceaccount.com'));
  const allScopes = account.get('scopes').strings.some((scope) => /(^|\/)cloud-platform$/.test(scope));
  const shielded = attributes.get('shielded_instance_config').first;
  const off = ['enable_secure_boot', 'enable_vtpm', 'enable_integrity_monitoring'].some(
    (name) => shielded.get(name).value === false,
  );
  return [
    ...violationIf(
      attributes.get('network_interface').items.some((entry) => entry.get('access_config').items.length > 0),
      'the instance has a public address',
    ),
    ...violationIf(isDefault && allScopes, 'the default service account may do everything'),
    ...violationIf(
      off || attributes.get('shielded_instance_config').items.length === 0,
      'the instance is not shielded',
    ),
  ];
}
