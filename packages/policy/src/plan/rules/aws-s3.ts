import { companionsOf, expectCompanion } from '../companions.ts';
import { readPolicy } from '../planned-policy.ts';
import { deniesPlainHttp, isPublic } from '../policy-document.ts';
import { expectTrue, expectValue, type PolicyRule, review, violationIf } from '../rule.ts';

const publicAcls = ['public-read', 'public-read-write', 'authenticated-read', 'website'];
const everybody = /\/(AllUsers|AuthenticatedUsers)$/;

/** Types that contain a resource policy. */
const resourcePolicies = [
  'aws_s3_bucket',
  'aws_s3_bucket_policy',
  'aws_sqs_queue',
  'aws_sqs_queue_policy',
  'aws_sns_topic',
  'aws_sns_topic_policy',
  'aws_ecr_repository_policy',
  'aws_secretsmanager_secret',
  'aws_secretsmanager_secret_policy',
  'aws_kms_key',
  'aws_kms_key_policy',
];

/** Clauses about public access to buckets. */
const ofAccessBlocks = {
  FSBP: ['S3.8'],
  'CIS AWS v5': ['2.1.4'],
  HIPAA: ['164_308_a_1_ii_b', '164_308_a_3_i'],
  'PCI DSS 4': ['1.2.8', '1.3.1', '1.3.2', '1.4.2'],
  'ISO 27001:2022': ['A.8.1'],
};

export const s3Rules: PolicyRule[] = [
  {
    id: 'AWS-S3-001',
    severity: 'high',
    remediation: 'Set all four settings of the public access block to true.',
    frameworks: ofAccessBlocks,
    types: ['aws_s3_bucket_public_access_block'],
    check: ({ attributes }) =>
      ['block_public_acls', 'block_public_policy', 'ignore_public_acls', 'restrict_public_buckets'].flatMap(
        (name) => expectTrue(name, attributes.get(name)),
      ),
  },
  {
    id: 'AWS-S3-002',
    severity: 'medium',
    remediation: 'Add an aws_s3_bucket_public_access_block for the bucket.',
    frameworks: ofAccessBlocks,
    types: ['aws_s3_bucket'],
    check: (bucket, plan) =>
      expectCompanion(
        plan,
        bucket,
        'aws_s3_bucket_public_access_block',
        'bucket',
        'no aws_s3_bucket_public_access_block belongs to the bucket',
      ),
  },
  {
    id: 'AWS-S3-003',
    severity: 'critical',
    remediation: 'Use acl = "private", or object ownership BucketOwnerEnforced.',
    frameworks: {
      FSBP: ['S3.2', 'S3.3', 'S3.12'],
      'SOC 2': ['CC6.1'],
      HIPAA: ['164_308_a_1_ii_b', '164_308_a_3_i', '164_312_a_1', '164_312_a_2_i'],
      'PCI DSS 4': ['1.2.8', '1.3.1', '1.3.2', '1.4.2'],
      'ISO 27001:2022': ['A.8.1'],
    },
    types: ['aws_s3_bucket_acl', 'aws_s3_bucket'],
    check: ({ attributes }) => {
      const grants = attributes.get('access_control_policy').first.get('grant').items;
      const grantees = grants.flatMap((grant) => grant.get('grantee').items);
      const message = 'the ACL gives everybody access';
      return [
        ...expectValue('acl', attributes.get('acl'), (acl) => !publicAcls.includes(String(acl)), message),
        ...grantees.flatMap((grantee) =>
          expectValue('a grantee', grantee.get('uri'), (uri) => !everybody.test(String(uri)), message),
        ),
      ];
    },
  },
  {
    id: 'AWS-S3-004',
    severity: 'critical',
    remediation: 'Name the principals, or add a condition that narrows them.',
    frameworks: {
      FSBP: ['S3.2', 'S3.3', 'SNS.4', 'SQS.3'],
      'SOC 2': ['CC6.1'],
      HIPAA: ['164_308_a_1_ii_b', '164_308_a_3_i', '164_312_a_1', '164_312_a_2_i'],
      'PCI DSS 4': ['1.2.8', '1.3.1', '1.3.2', '1.4.2'],
      'ISO 27001:2022': ['A.8.1'],
    },
    types: resourcePolicies,
    check: (resource, plan) => {
      const statements = readPolicy(plan, resource, resource.attributes.get('policy'), 'policy');
      if (statements === 'absent') return [];
      if (statements === 'unknown') return review('the resource policy');
      return violationIf(
        statements.some((statement) => isPublic(statement)),
        'the resource policy allows everybody, with no condition that narrows it',
      );
    },
  },
  {
    id: 'AWS-S3-005',
    severity: 'medium',
    remediation: 'Add a bucket policy that denies requests with aws:SecureTransport = false.',
    frameworks: {
      FSBP: ['S3.5'],
      'CIS AWS v5': ['2.1.1'],
      HIPAA: ['164_308_a_1_ii_b', '164_312_a_2_iv', '164_312_c_1', '164_312_c_2'],
      GDPR: ['Art. 32'],
      'PCI DSS 4': ['1.2.5', '2.2.5', '2.2.7', '4.2.1'],
    },
    types: ['aws_s3_bucket'],
    check: (bucket, plan) => {
      const { certain, possible } = companionsOf(plan, bucket, 'aws_s3_bucket_policy', 'bucket');
      const policies = [bucket, ...certain].map((holder) =>
        readPolicy(plan, holder, holder.attributes.get('policy'), 'policy'),
      );
      if (policies.some((policy) => typeof policy === 'object' && policy.some(deniesPlainHttp))) return [];
      if (policies.includes('unknown') || possible.length > 0)
        return review('the policy that should deny requests without TLS');
      return violationIf(true, 'no policy of the bucket denies requests without TLS');
    },
  },
  {
    id: 'AWS-S3-006',
    severity: 'low',
    remediation: 'Set status = "Enabled".',
    frameworks: {
      FSBP: ['S3.14'],
      'SOC 2': ['CC7.4', 'A1.1', 'C1.2', 'PI1.5'],
      HIPAA: ['164_308_a_1_ii_b', '164_308_a_7_i', '164_308_a_7_ii_a', '164_308_a_7_ii_b'],
      'PCI DSS 4': ['10.3.4'],
      'ISO 27001:2022': ['A.8.3', 'A.8.10'],
    },
    types: ['aws_s3_bucket_versioning'],
    check: ({ attributes }) =>
      expectValue(
        'versioning',
        attributes.get('versioning_configuration').first.get('status'),
        (status) => status === 'Enabled',
        'versioning is not enabled',
      ),
  },
];
