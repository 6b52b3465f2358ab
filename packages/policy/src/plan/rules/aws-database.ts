import { expectTrue, expectValue, isFalse, type PolicyRule } from '../rule.ts';

export const databaseRules: PolicyRule[] = [
  {
    id: 'AWS-RDS-001',
    severity: 'high',
    remediation: 'Set storage_encrypted = true (encrypted = true for Redshift).',
    frameworks: {
      FSBP: ['RDS.3', 'RDS.27'],
      'CIS AWS v5': ['2.2.1'],
      'SOC 2': ['PI1.5'],
      HIPAA: ['164_308_a_1_ii_b', '164_308_a_4_ii_a', '164_312_a_2_iv', '164_312_e_2_ii'],
      GDPR: ['Art. 32'],
      'PCI DSS 4': ['3.5.1', '8.3.2'],
      'ISO 27001:2022': ['A.8.11', 'A.8.24'],
    },
    types: ['aws_db_instance', 'aws_rds_cluster', 'aws_redshift_cluster'],
    check: ({ type, attributes }) => {
      // A replica inherits the encryption of its source.
      if (attributes.get('replicate_source_db').isPresent) return [];
      const name = type === 'aws_redshift_cluster' ? 'encrypted' : 'storage_encrypted';
      return expectTrue(name, attributes.get(name));
    },
  },
  {
    id: 'AWS-RDS-002',
    severity: 'critical',
    remediation: 'Set publicly_accessible = false.',
    frameworks: {
      FSBP: ['RDS.2', 'Redshift.1'],
      'CIS AWS v5': ['2.2.3'],
      'SOC 2': ['CC6.2'],
      HIPAA: ['164_308_a_3_i', '164_312_a_1', '164_308_a_1_ii_b'],
      'PCI DSS 4': ['1.2.8', '1.3.1', '1.3.2', '1.4.2'],
      'ISO 27001:2022': ['A.8.1'],
    },
    types: [
      'aws_db_instance',
      'aws_rds_cluster_instance',
      'aws_redshift_cluster',
      'aws_dms_replication_instance',
    ],
    check: ({ attributes }) =>
      expectValue(
        'publicly_accessible',
        attributes.get('publicly_accessible'),
        (value) => value !== true,
        'the database has a public address',
      ),
  },
  {
    id: 'AWS-RDS-003',
    severity: 'medium',
    remediation: 'Keep backups for 7 days or more.',
    frameworks: {
      FSBP: ['RDS.11'],
      'SOC 2': ['CC7.4', 'A1.1'],
      HIPAA: ['164_308_a_1_ii_b', '164_308_a_4_ii_a', '164_308_a_7_i', '164_308_a_7_ii_a'],
      GDPR: ['Art. 32'],
      'PCI DSS 4': ['10.3.3'],
    },
    types: ['aws_db_instance', 'aws_rds_cluster'],
    check: ({ attributes }) => {
      if (attributes.get('replicate_source_db').isPresent) return [];
      return expectValue(
        'backup_retention_period',
        attributes.get('backup_retention_period'),
        (days) => typeof days === 'number' && days >= 7,
        'backups are kept for less than 7 days',
      );
    },
  },
  {
    id: 'AWS-RDS-004',
    severity: 'low',
    remediation: 'Set deletion_protection = true in production.',
    frameworks: { FSBP: ['RDS.7', 'RDS.8'], 'SOC 2': ['C1.1'] },
    types: ['aws_db_instance', 'aws_rds_cluster'],
    check: ({ attributes }) => expectTrue('deletion_protection', attributes.get('deletion_protection')),
  },
  {
    id: 'AWS-RDS-005',
    severity: 'medium',
    remediation: 'Set auto_minor_version_upgrade = true.',
    frameworks: { FSBP: ['RDS.13'], 'CIS AWS v5': ['2.2.2'], 'PCI DSS 4': ['6.3.3'] },
    types: ['aws_db_instance', 'aws_rds_cluster_instance'],
    check: ({ attributes }) =>
      expectValue(
        'auto_minor_version_upgrade',
        attributes.get('auto_minor_version_upgrade'),
        (value) => !isFalse(value),
        'minor versions are not upgraded by themselves',
      ),
  },
  {
    id: 'AWS-DDB-001',
    severity: 'low',
    remediation: 'Enable point_in_time_recovery.',
    frameworks: {
      FSBP: ['DynamoDB.2'],
      'SOC 2': ['CC7.4', 'A1.1'],
      HIPAA: ['164_308_a_1_ii_b', '164_308_a_7_i', '164_308_a_7_ii_a', '164_308_a_7_ii_b'],
      'PCI DSS 4': ['10.3.3', '10.5.1', '3.2.1', '3.3.1'],
    },
    types: ['aws_dynamodb_table'],
    check: ({ attributes }) =>
      expectTrue('point_in_time_recovery', attributes.get('point_in_time_recovery').first.get('enabled')),
  },
];
