import { refersTo } from '../plan-fixture.ts';
import { type RuleCase, testRules } from './rule-cases.ts';

const statement = (rest: object) =>
  JSON.stringify({ Statement: { Effect: 'Allow', Action: '*', Resource: '*', ...rest } });
const open = (rest: object) => ({ ingress: [{ protocol: 'tcp', cidr_blocks: ['0.0.0.0/0'], ...rest }] });
const unknownPolicy = { unknown: { policy: true }, expressions: { policy: refersTo('aws_s3_bucket.b.arn') } };

const cases: RuleCase[] = [
  [
    'AWS-S3-003',
    'a grant to everybody',
    'aws_s3_bucket_acl',
    {
      access_control_policy: [
        { grant: [{ grantee: [{ uri: 'http://acs.amazonaws.com/groups/global/AllUsers' }] }] },
      ],
    },
    'found',
  ],
  [
    'AWS-S3-004',
    'principals in a list',
    'aws_sqs_queue_policy',
    { policy: statement({ Principal: { AWS: ['*'] } }) },
    'found',
  ],
  [
    'AWS-S3-004',
    'NotPrincipal',
    'aws_sns_topic_policy',
    { policy: statement({ NotPrincipal: { AWS: 'x' } }) },
    'found',
  ],
  [
    'AWS-S3-004',
    'a source account',
    'aws_kms_key',
    {
      policy: statement({ Principal: '*', Condition: { StringEquals: { 'AWS:SourceAccount': '1' } } }),
      enable_key_rotation: true,
    },
    'none',
  ],
  [
    'AWS-S3-004',
    'a condition that matches everything',
    'aws_sqs_queue',
    { policy: statement({ Principal: '*', Condition: { StringLike: { 'aws:SourceArn': '*' } } }) },
    'found',
  ],
  [
    'AWS-S3-004',
    'a condition by negation',
    'aws_sqs_queue',
    { policy: statement({ Principal: '*', Condition: { StringNotEquals: { 'aws:SourceAccount': '1' } } }) },
    'found',
  ],
  ['AWS-S3-004', 'a policy that is not known yet', 'aws_sqs_queue_policy', {}, 'review', unknownPolicy],
  [
    'AWS-S3-004',
    'a policy with two of one key',
    'aws_sqs_queue_policy',
    { policy: '{"Statement":[],"statement":[]}' },
    'review',
  ],
  [
    'AWS-EC2-001',
    'every protocol',
    'aws_security_group',
    open({ protocol: '-1', from_port: 0, to_port: 0 }),
    'found',
  ],
  [
    'AWS-EC2-001',
    'IPv6 in a long spelling',
    'aws_vpc_security_group_ingress_rule',
    { cidr_ipv6: '0:0::/0', ip_protocol: '6', from_port: 20, to_port: 30 },
    'found',
  ],
  [
    'AWS-EC2-001',
    'half of the internet',
    'aws_security_group',
    open({ cidr_blocks: ['128.0.0.0/1'], from_port: 22, to_port: 22 }),
    'found',
  ],
  ['AWS-EC2-001', 'HTTPS', 'aws_security_group', open({ from_port: 443, to_port: 443 }), 'none'],
  [
    'AWS-EC2-001',
    'an outgoing rule',
    'aws_security_group_rule',
    { type: 'egress', protocol: '-1', cidr_blocks: ['0.0.0.0/0'] },
    'none',
  ],
  [
    'AWS-EC2-001',
    'rules of a dynamic block',
    'aws_security_group',
    open({ from_port: 22, to_port: 22 }),
    'found',
    { expressions: {} },
  ],
  [
    'AWS-EC2-001',
    'a source that is not known yet',
    'aws_security_group_rule',
    { type: 'ingress', protocol: 'tcp', from_port: 22, to_port: 22 },
    'review',
    { unknown: { cidr_blocks: true }, expressions: { cidr_blocks: refersTo('aws_vpc.v.cidr_block') } },
  ],
  [
    'AWS-EC2-002',
    'a database port in a range',
    'aws_security_group',
    open({ from_port: 3000, to_port: 4000 }),
    'found',
  ],
  [
    'AWS-EC2-004',
    'encryption by a module that is not known yet',
    'aws_ebs_volume',
    {},
    'review',
    { unknown: { encrypted: true }, expressions: { encrypted: refersTo('aws_x.y.z') } },
  ],
  [
    'AWS-EC2-006',
    'a launch template of elsewhere',
    'aws_instance',
    { launch_template: [{ id: 'x' }] },
    'review',
  ],
  [
    'AWS-EC2-006',
    'options in a dynamic block',
    'aws_launch_template',
    { metadata_options: [{ http_tokens: 'required' }] },
    'none',
  ],
  ['AWS-RDS-001', 'a replica', 'aws_db_instance', { replicate_source_db: 'x' }, 'none'],
  ['AWS-RDS-001', 'Redshift with text', 'aws_redshift_cluster', { encrypted: 'true' }, 'none'],
  [
    'AWS-IAM-001',
    'every service',
    'aws_iam_role_policy',
    { policy: statement({ Action: ['*:*'], Resource: ['*'] }) },
    'found',
  ],
  [
    'AWS-IAM-001',
    'keys in lower case',
    'aws_iam_policy',
    { policy: '{"statement":[{"effect":"Allow","action":"*","resource":"*"}]}' },
    'found',
  ],
  [
    'AWS-IAM-001',
    'all but some actions',
    'aws_iam_policy',
    { policy: statement({ Action: undefined, NotAction: 's3:x' }) },
    'found',
  ],
  [
    'AWS-IAM-001',
    'a denial of everything',
    'aws_iam_policy',
    { policy: statement({ Effect: 'Deny' }) },
    'none',
  ],
  [
    'AWS-IAM-001',
    'an inline policy of a role',
    'aws_iam_role',
    { inline_policy: [{ policy: statement({}) }] },
    'found',
  ],
  ['AWS-IAM-001', 'a policy that is not known yet', 'aws_iam_policy', {}, 'review', unknownPolicy],
  [
    'AWS-IAM-004',
    'an external id',
    'aws_iam_role',
    {
      assume_role_policy: statement({
        Principal: '*',
        Condition: { StringEquals: { 'sts:ExternalId': 'x' } },
      }),
    },
    'none',
  ],
  ['AWS-KMS-001', 'an asymmetric key', 'aws_kms_key', { customer_master_key_spec: 'RSA_2048' }, 'none'],
  [
    'AWS-ENC-001',
    'a key that is made in the same plan',
    'aws_sns_topic',
    {},
    'none',
    {
      unknown: { kms_master_key_id: true },
      expressions: { kms_master_key_id: refersTo('aws_kms_key.k.arn') },
    },
  ],
  ['AWS-ELB-001', 'no TLS policy', 'aws_lb_listener', { protocol: 'HTTPS' }, 'found'],
  [
    'AWS-LAM-001',
    'a source that is not known yet',
    'aws_lambda_permission',
    { principal: '*' },
    'none',
    { unknown: { source_arn: true }, expressions: { source_arn: refersTo('a.b.c') } },
  ],
  ['AWS-ECS-001', 'text that is no JSON', 'aws_ecs_task_definition', { container_definitions: '{' }, 'none'],
];
testRules(cases);
