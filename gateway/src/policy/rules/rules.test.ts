import assert from 'node:assert/strict';
import { test } from 'node:test';
import { projectPolicySettingsSchema } from '../contract.ts';
import { evaluatePlan } from '../evaluate-plan.ts';
import { planOf, type ResourceFixture, refersTo } from '../plan-fixture.ts';

type Case = [
  id: string,
  name: string,
  type: string,
  after: object,
  expected: 'found' | 'none' | 'review',
  rest?: object,
];

const statement = (rest: object) =>
  JSON.stringify({ Statement: { Effect: 'Allow', Action: '*', Resource: '*', ...rest } });
const open = (rest: object) => ({ ingress: [{ protocol: 'tcp', cidr_blocks: ['0.0.0.0/0'], ...rest }] });
const nsg = (rest: object) => ({
  direction: 'Inbound',
  access: 'Allow',
  source_address_prefix: '*',
  destination_port_range: '22',
  ...rest,
});
const unknownPolicy = { unknown: { policy: true }, expressions: { policy: refersTo('aws_s3_bucket.b.arn') } };

const cases: Case[] = [
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
  ['AWS-EC2-006', 'options of a launch template', 'aws_instance', { launch_template: [{ id: 'x' }] }, 'none'],
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
  ['AZ-ST-001', 'plain HTTP', 'azurerm_storage_account', { https_traffic_only_enabled: false }, 'found'],
  ['AZ-ST-001', 'the older name', 'azurerm_storage_account', { enable_https_traffic_only: false }, 'found'],
  ['AZ-ST-001', 'old TLS', 'azurerm_storage_account', { min_tls_version: 'TLS1_0' }, 'found'],
  [
    'AZ-ST-001',
    'a good account',
    'azurerm_storage_account',
    { https_traffic_only_enabled: true, min_tls_version: 'TLS1_2' },
    'none',
  ],
  [
    'AZ-ST-002',
    'a public account',
    'azurerm_storage_account',
    { allow_nested_items_to_be_public: true },
    'found',
  ],
  [
    'AZ-ST-002',
    'a public container',
    'azurerm_storage_container',
    { container_access_type: 'blob' },
    'found',
  ],
  ['AZ-ST-002', 'a private container', 'azurerm_storage_container', {}, 'none'],
  ['AZ-NSG-001', 'a rule', 'azurerm_network_security_rule', nsg({}), 'found'],
  [
    'AZ-NSG-001',
    'a rule in a group, with lists',
    'azurerm_network_security_group',
    {
      security_rule: [
        nsg({
          source_address_prefix: null,
          source_address_prefixes: ['Internet'],
          destination_port_range: null,
          destination_port_ranges: ['3000-4000'],
        }),
      ],
    },
    'found',
  ],
  ['AZ-NSG-001', 'a denial', 'azurerm_network_security_rule', nsg({ access: 'Deny' }), 'none'],
  [
    'AZ-NSG-001',
    'a private source',
    'azurerm_network_security_rule',
    nsg({ source_address_prefix: '10.0.0.0/8' }),
    'none',
  ],
  [
    'AZ-KV-001',
    'no purge protection',
    'azurerm_key_vault',
    { network_acls: [{ default_action: 'Deny' }] },
    'found',
  ],
  [
    'AZ-KV-001',
    'a good vault',
    'azurerm_key_vault',
    { purge_protection_enabled: true, network_acls: [{ default_action: 'Deny' }] },
    'none',
  ],
  [
    'AZ-KV-001',
    'a private vault',
    'azurerm_key_vault',
    { purge_protection_enabled: true, public_network_access_enabled: false },
    'none',
  ],
  ['AZ-SQL-001', 'a public server', 'azurerm_mssql_server', { public_network_access_enabled: true }, 'found'],
  [
    'AZ-SQL-001',
    'a firewall for all',
    'azurerm_postgresql_flexible_server_firewall_rule',
    { start_ip_address: '0.0.0.0', end_ip_address: '255.255.255.255' },
    'found',
  ],
  [
    'AZ-SQL-001',
    'a good server',
    'azurerm_mssql_server',
    { public_network_access_enabled: false, minimum_tls_version: '1.2' },
    'none',
  ],
  ['AZ-AKS-001', 'an open cluster', 'azurerm_kubernetes_cluster', { local_account_disabled: true }, 'found'],
  [
    'AZ-AKS-001',
    'a good cluster',
    'azurerm_kubernetes_cluster',
    { local_account_disabled: true, api_server_access_profile: [{ authorized_ip_ranges: ['10.0.0.0/8'] }] },
    'none',
  ],
  ['GCP-ST-001', 'a bucket for all', 'google_storage_bucket_iam_member', { member: 'allUsers' }, 'found'],
  [
    'GCP-ST-001',
    'a bucket without prevention',
    'google_storage_bucket',
    { uniform_bucket_level_access: true },
    'found',
  ],
  [
    'GCP-ST-001',
    'a good bucket',
    'google_storage_bucket',
    { uniform_bucket_level_access: true, public_access_prevention: 'enforced' },
    'none',
  ],
  [
    'GCP-FW-001',
    'SSH',
    'google_compute_firewall',
    { source_ranges: ['0.0.0.0/0'], allow: [{ protocol: 'tcp', ports: ['20-25'] }] },
    'found',
  ],
  [
    'GCP-FW-001',
    'everything',
    'google_compute_firewall',
    { source_ranges: ['::/0'], allow: [{ protocol: 'all' }] },
    'found',
  ],
  [
    'GCP-FW-001',
    'a disabled rule',
    'google_compute_firewall',
    { disabled: true, source_ranges: ['0.0.0.0/0'], allow: [{ protocol: 'all' }] },
    'none',
  ],
  [
    'GCP-FW-001',
    'HTTPS',
    'google_compute_firewall',
    { source_ranges: ['0.0.0.0/0'], allow: [{ protocol: 'tcp', ports: ['443'] }] },
    'none',
  ],
  ['GCP-SQL-001', 'a default instance', 'google_sql_database_instance', { settings: [{}] }, 'found'],
  [
    'GCP-SQL-001',
    'a good instance',
    'google_sql_database_instance',
    {
      settings: [
        { ip_configuration: [{ ssl_mode: 'ENCRYPTED_ONLY' }], backup_configuration: [{ enabled: true }] },
      ],
    },
    'none',
  ],
  [
    'GCP-IAM-001',
    'an owner',
    'google_project_iam_member',
    { role: 'roles/owner', member: 'serviceAccount:x' },
    'found',
  ],
  [
    'GCP-IAM-001',
    'everybody',
    'google_folder_iam_binding',
    { role: 'roles/viewer', members: ['allAuthenticatedUsers'] },
    'found',
  ],
  [
    'GCP-IAM-001',
    'a viewer',
    'google_project_iam_member',
    { role: 'roles/viewer', member: 'serviceAccount:x' },
    'none',
  ],
  ['GCP-IAM-002', 'a key', 'google_service_account_key', {}, 'found'],
  ['GCP-IAM-002', 'an account', 'google_service_account', {}, 'none'],
  [
    'GCP-VM-001',
    'a public address',
    'google_compute_instance',
    { network_interface: [{ access_config: [{}] }], shielded_instance_config: [{}] },
    'found',
  ],
  [
    'GCP-VM-001',
    'a good machine',
    'google_compute_instance',
    { network_interface: [{ access_config: [] }], shielded_instance_config: [{ enable_secure_boot: true }] },
    'none',
  ],
];

for (const [id, name, type, after, expected, rest] of cases)
  test(`${id}: ${name} ${{ found: 'is found', none: 'is accepted', review: 'waits for a review' }[expected]}`, () => {
    const plan = planOf([{ address: `${type}.x`, after, ...rest } as ResourceFixture]);
    const { findings } = evaluatePlan(plan, projectPolicySettingsSchema.parse({ profile: 'guarded' }));
    const finding = findings.find((candidate) => candidate.id === id);
    const isReview = finding?.message.endsWith('look at it');
    assert.equal(finding === undefined ? 'none' : isReview ? 'review' : 'found', expected, finding?.message);
    if (isReview) assert.equal(finding?.mode, 'approve');
  });

const bucket: ResourceFixture = { address: 'aws_s3_bucket.b', after: {} };
const holder = (after: object, unknown: object): ResourceFixture[] => [
  bucket,
  {
    address: 'aws_s3_bucket_policy.p',
    unknown: { policy: true, bucket: true },
    expressions: {
      bucket: refersTo('aws_s3_bucket.b.id', 'aws_s3_bucket.b'),
      policy: refersTo('data.aws_iam_policy_document.d.json', 'data.aws_iam_policy_document.d'),
    },
  },
  {
    address: 'data.aws_iam_policy_document.d',
    actions: ['read'],
    after: { ...after },
    unknown: { ...unknown },
  },
];
const tls = { test: 'Bool', variable: 'aws:SecureTransport', values: ['false'] };
const deny = {
  effect: 'Deny',
  actions: ['s3:*'],
  principals: [{ type: '*', identifiers: ['*'] }],
  condition: [tls],
};
const ids = (resources: ResourceFixture[]) =>
  evaluatePlan(planOf(resources), projectPolicySettingsSchema.parse({})).findings.map(({ id }) => id);

test('a policy document that is read during apply is judged by what is known of it', () => {
  const resources = holder({ statement: [deny] }, { statement: [{ resources: [true] }], json: true });
  assert.ok(!ids(resources).includes('AWS-S3-005'));
  assert.ok(!ids(resources).includes('AWS-S3-004'));
  const allowing = holder({ statement: [{ ...deny, effect: 'Allow', condition: [] }] }, { json: true });
  assert.ok(ids(allowing).includes('AWS-S3-004') && ids(allowing).includes('AWS-S3-005'));
});

test('a policy document with unknown sources waits for a review', () => {
  const resources = holder({ statement: [deny] }, { source_policy_documents: true });
  const { findings } = evaluatePlan(
    planOf(resources),
    projectPolicySettingsSchema.parse({ profile: 'strict' }),
  );
  assert.equal(findings.find(({ id }) => id === 'AWS-S3-004')?.mode, 'approve');
});
