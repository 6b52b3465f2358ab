import { expectTrue, expectValue, isFalse, type PolicyRule, violationIf } from '../rule.ts';

export const loggingAndEncryptionRules: PolicyRule[] = [
  {
    id: 'AWS-LOG-001',
    severity: 'high',
    remediation: 'Enable all regions, log file validation and a KMS key.',
    frameworks: {
      FSBP: ['CloudTrail.1', 'CloudTrail.2', 'CloudTrail.4'],
      'CIS AWS v5': ['3.1', '3.2', '3.5'],
      'SOC 2': ['CC2.1', 'CC7.2', 'A1.1', 'PI1.3'],
      HIPAA: ['164_308_a_1_ii_d', '164_308_a_3_ii_a', '164_308_a_6_ii', '164_312_b'],
      GDPR: ['Art. 25', 'Art. 30', 'Art. 32'],
      'PCI DSS 4': ['10.2.1', '10.2.2', '10.3.1', '10.6.3'],
      'ISO 27001:2022': ['A.8.15', 'A.8.16', 'A.8.11', 'A.8.24'],
    },
    types: ['aws_cloudtrail'],
    check: ({ attributes }) => [
      ...expectTrue('is_multi_region_trail', attributes.get('is_multi_region_trail')),
      ...expectTrue('enable_log_file_validation', attributes.get('enable_log_file_validation')),
      ...violationIf(!attributes.get('kms_key_id').isPresent, 'kms_key_id is not set'),
    ],
  },
  {
    id: 'AWS-LOG-002',
    severity: 'low',
    remediation: 'Set retention_in_days to 365, or to what your policy says.',
    frameworks: {
      FSBP: ['CloudWatch.16'],
      'SOC 2': ['CC7.2', 'CC7.3', 'C1.2'],
      HIPAA: ['164_312_b'],
      'PCI DSS 4': ['10.5.1', '3.2.1', '3.3.1', '3.3.2'],
      'ISO 27001:2022': ['A.8.15', 'A.8.16'],
    },
    types: ['aws_cloudwatch_log_group'],
    check: ({ attributes }) =>
      expectValue(
        'retention_in_days',
        attributes.get('retention_in_days'),
        (days) => typeof days === 'number' && days >= 365,
        'logs are kept for less than 365 days, or for ever',
      ),
  },
  {
    id: 'AWS-KMS-001',
    severity: 'medium',
    remediation: 'Set enable_key_rotation = true.',
    frameworks: {
      FSBP: ['KMS.4'],
      'CIS AWS v5': ['3.6'],
      'SOC 2': ['PI1.5'],
      HIPAA: ['164_312_a_2_iv'],
      GDPR: ['Art. 25', 'Art. 30'],
      'PCI DSS 4': ['3.7.4', '3.7.5'],
      'ISO 27001:2022': ['A.8.5', 'A.8.11', 'A.8.24'],
    },
    types: ['aws_kms_key'],
    check: ({ attributes }) => {
      const spec = attributes.get('customer_master_key_spec').value ?? 'SYMMETRIC_DEFAULT';
      const usage = attributes.get('key_usage').value ?? 'ENCRYPT_DECRYPT';
      if (spec !== 'SYMMETRIC_DEFAULT' || usage !== 'ENCRYPT_DECRYPT') return [];
      return expectTrue('enable_key_rotation', attributes.get('enable_key_rotation'));
    },
  },
  {
    id: 'AWS-ENC-001',
    severity: 'medium',
    remediation: 'Enable server-side encryption.',
    frameworks: {
      FSBP: ['SQS.1', 'SNS.1'],
      'SOC 2': ['PI1.4'],
      HIPAA: ['164_308_a_1_ii_b', '164_308_a_4_ii_a', '164_312_a_2_iv', '164_312_e_2_ii'],
      GDPR: ['Art. 32'],
      'PCI DSS 4': ['3.5.1', '8.3.2'],
      'ISO 27001:2022': ['A.8.11', 'A.8.24', 'A.8.3'],
    },
    types: ['aws_sqs_queue', 'aws_sns_topic'],
    check: ({ type, attributes }) => {
      if (attributes.get('kms_master_key_id').isPresent) return [];
      const message = 'messages are stored without encryption';
      if (type === 'aws_sns_topic') return violationIf(true, message);
      const managed = attributes.get('sqs_managed_sse_enabled');
      return expectValue('sqs_managed_sse_enabled', managed, (value) => !isFalse(value), message);
    },
  },
  {
    id: 'AWS-ENC-002',
    severity: 'high',
    remediation: 'Enable encryption at rest and in transit.',
    frameworks: {
      FSBP: ['EFS.1', 'Opensearch.1', 'Opensearch.3', 'Opensearch.8', 'ElastiCache.4', 'ElastiCache.5'],
      'CIS AWS v5': ['2.3.1'],
      'SOC 2': ['CC6.7'],
      HIPAA: ['164_308_a_1_ii_b', '164_308_a_4_ii_a', '164_312_a_2_iv', '164_312_e_2_ii'],
      GDPR: ['Art. 32'],
      'PCI DSS 4': ['3.5.1', '8.3.2', '2.2.7', '4.2.1'],
      'ISO 27001:2022': ['A.8.11', 'A.8.24'],
    },
    types: ['aws_efs_file_system', 'aws_opensearch_domain', 'aws_elasticache_replication_group'],
    check: ({ type, attributes }) => {
      if (type === 'aws_efs_file_system') return expectTrue('encrypted', attributes.get('encrypted'));
      if (type === 'aws_elasticache_replication_group')
        return ['at_rest_encryption_enabled', 'transit_encryption_enabled'].flatMap((name) =>
          expectTrue(name, attributes.get(name)),
        );
      return [
        ...expectTrue('encrypt_at_rest', attributes.get('encrypt_at_rest').first.get('enabled')),
        ...expectTrue(
          'node_to_node_encryption',
          attributes.get('node_to_node_encryption').first.get('enabled'),
        ),
        ...expectTrue('enforce_https', attributes.get('domain_endpoint_options').first.get('enforce_https')),
      ];
    },
  },
];
