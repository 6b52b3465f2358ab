import { expectTrue, expectValue, type PolicyRule, violationIf } from '../rule.ts';
import { checkFirewall, checkGrants, checkInstance, checkSql, expectNotEverybody } from './google-checks.ts';

/** The conditions follow the provider's documentation; they were not tested on a real plan. */
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
        return expectNotEverybody(resource, 'objects can be read by everybody');
      return [
        ...expectTrue('uniform_bucket_level_access', attributes.get('uniform_bucket_level_access')),
        ...expectValue(
          'public_access_prevention',
          attributes.get('public_access_prevention'),
          (value) => value === 'enforced',
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
    check: checkFirewall,
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
      ['member', 'binding', 'policy'].map((kind) => `google_${scope}_iam_${kind}`),
    ),
    check: checkGrants,
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
