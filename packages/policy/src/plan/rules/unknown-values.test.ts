import { constant, refersTo } from '../plan-fixture.ts';
import { type RuleCase, testRules } from './rule-cases.ts';

/** Builds an attribute, by its path, that the code sets to a value known only after apply. */
const pending = (path: string, others: object = {}) => {
  const [name = '', inner] = path.split('.');
  const later = refersTo('terraform_data.x.output', 'terraform_data.x');
  return inner === undefined
    ? { after: others, unknown: { [name]: true }, expressions: { [name]: later } }
    : {
        after: { [name]: [others] },
        unknown: { [name]: [{ [inner]: true }] },
        expressions: { [name]: [{ [inner]: later }] },
      };
};

const attributes: [id: string, type: string, path: string, others?: object][] = [
  [
    'AWS-S3-001',
    'aws_s3_bucket_public_access_block',
    'block_public_acls',
    {
      block_public_policy: true,
      ignore_public_acls: true,
      restrict_public_buckets: true,
    },
  ],
  ['AWS-S3-003', 'aws_s3_bucket_acl', 'acl'],
  ['AWS-S3-004', 'aws_kms_key', 'policy'],
  ['AWS-S3-006', 'aws_s3_bucket_versioning', 'versioning_configuration.status'],
  ['AWS-EC2-001', 'aws_security_group', 'ingress'],
  [
    'AWS-EC2-001',
    'aws_vpc_security_group_ingress_rule',
    'from_port',
    { cidr_ipv4: '0.0.0.0/0', ip_protocol: 'tcp' },
  ],
  ['AWS-EC2-001', 'aws_vpc_security_group_ingress_rule', 'ip_protocol', { cidr_ipv6: '::/0' }],
  ['AWS-EC2-001', 'aws_security_group_rule', 'type', { cidr_blocks: ['0.0.0.0/0'], protocol: '-1' }],
  ['AWS-EC2-002', 'aws_vpc_security_group_ingress_rule', 'prefix_list_id', { ip_protocol: '-1' }],
  ['AWS-EC2-005', 'aws_instance', 'root_block_device.encrypted'],
  ['AWS-EC2-006', 'aws_instance', 'metadata_options.http_tokens'],
  ['AWS-EC2-007', 'aws_instance', 'associate_public_ip_address'],
  ['AWS-EC2-008', 'aws_subnet', 'map_public_ip_on_launch'],
  ['AWS-RDS-001', 'aws_rds_cluster', 'storage_encrypted'],
  ['AWS-RDS-002', 'aws_db_instance', 'publicly_accessible'],
  ['AWS-RDS-003', 'aws_db_instance', 'backup_retention_period'],
  ['AWS-RDS-004', 'aws_db_instance', 'deletion_protection'],
  ['AWS-RDS-005', 'aws_db_instance', 'auto_minor_version_upgrade'],
  ['AWS-IAM-002', 'aws_iam_role_policy_attachment', 'policy_arn'],
  ['AWS-IAM-002', 'aws_iam_policy_attachment', 'users'],
  ['AWS-IAM-004', 'aws_iam_role', 'assume_role_policy'],
  [
    'AWS-IAM-005',
    'aws_iam_account_password_policy',
    'minimum_password_length',
    { password_reuse_prevention: 24 },
  ],
  [
    'AWS-LOG-001',
    'aws_cloudtrail',
    'is_multi_region_trail',
    { enable_log_file_validation: true, kms_key_id: 'k' },
  ],
  ['AWS-LOG-002', 'aws_cloudwatch_log_group', 'retention_in_days'],
  ['AWS-KMS-001', 'aws_kms_key', 'enable_key_rotation'],
  ['AWS-ENC-001', 'aws_sqs_queue', 'sqs_managed_sse_enabled'],
  ['AWS-ENC-002', 'aws_efs_file_system', 'encrypted'],
  ['AWS-LAM-001', 'aws_lambda_function_url', 'authorization_type'],
  ['AWS-LAM-001', 'aws_lambda_permission', 'principal'],
  ['AWS-ELB-001', 'aws_lb_listener', 'protocol'],
  ['AWS-ELB-001', 'aws_lb_listener', 'ssl_policy', { protocol: 'HTTPS' }],
  ['AWS-CDN-001', 'aws_cloudfront_distribution', 'default_cache_behavior.viewer_protocol_policy'],
  [
    'AWS-ECR-001',
    'aws_ecr_repository',
    'image_tag_mutability',
    {
      image_scanning_configuration: [{ scan_on_push: true }],
    },
  ],
  ['AWS-DDB-001', 'aws_dynamodb_table', 'point_in_time_recovery.enabled'],
  ['AWS-ECS-001', 'aws_ecs_task_definition', 'container_definitions'],
  ['AWS-SEC-001', 'aws_ecs_task_definition', 'container_definitions'],
  ['AWS-SEC-001', 'aws_lambda_function', 'environment.variables'],
  ['AZ-ST-001', 'azurerm_storage_account', 'min_tls_version'],
  ['AZ-ST-002', 'azurerm_storage_container', 'container_access_type'],
  [
    'AZ-NSG-001',
    'azurerm_network_security_rule',
    'source_address_prefix',
    { direction: 'Inbound', access: 'Allow' },
  ],
  ['AZ-KV-001', 'azurerm_key_vault', 'purge_protection_enabled', { public_network_access_enabled: false }],
  ['AZ-SQL-001', 'azurerm_mssql_server', 'public_network_access_enabled'],
  ['AZ-AKS-001', 'azurerm_kubernetes_cluster', 'private_cluster_enabled', { local_account_disabled: true }],
  ['GCP-ST-001', 'google_storage_bucket_iam_member', 'member'],
  ['GCP-FW-001', 'google_compute_firewall', 'source_ranges', { allow: [{ protocol: 'all' }] }],
  ['GCP-IAM-001', 'google_project_iam_member', 'member', { role: 'roles/owner' }],
  ['GCP-IAM-001', 'google_project_iam_policy', 'policy_data'],
];
const unknown = attributes.map(
  ([id, type, path, others]): RuleCase => [
    id,
    `an unknown ${type}.${path}`,
    type,
    {},
    'review',
    pending(path, others),
  ],
);

const secret = (value: string | null, expression: object) =>
  [
    'aws_secretsmanager_secret_version',
    { secret_string: value },
    { expressions: { secret_string: expression } },
  ] as const;
const loop = { for_each_expression: constant({ a: 'x', b: 'y' }) };
const secrets: [name: string, expected: RuleCase[4], ReturnType<typeof secret>, configuration?: object][] = [
  ['what a function makes of literals', 'found', secret('{"pass":"hunter22"}', {})],
  ['a file of the code', 'found', secret('hunter22', refersTo('path.module'))],
  ['a choice between literals', 'review', secret('hunter22', refersTo('var.environment'))],
  ['a literal in a local', 'review', secret('hunter22', refersTo('local.secret'))],
  ['one value of a loop over literals', 'found', secret('x', refersTo('each.value')), loop],
  ['a generated value for each key', 'none', secret(null, refersTo('random_password.p', 'each.key')), loop],
  [
    'a generated value by number',
    'none',
    secret(null, refersTo('random_password.p', 'count.index')),
    {
      count_expression: constant(2),
    },
  ],
  ['what is read from elsewhere', 'none', secret('hunter22', refersTo('data.aws_ssm_parameter.p.value'))],
];
const made = secrets.map(
  ([name, expected, [type, after, rest], configuration]): RuleCase => [
    'AWS-SEC-001',
    name,
    type,
    after,
    expected,
    { ...rest, configuration },
  ],
);

const policies: RuleCase[] = [
  [
    'AWS-IAM-001',
    'one statement that is no list',
    'aws_iam_policy',
    {
      policy: '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["*"],"Resource":["*"]}}\n',
    },
    'found',
  ],
  [
    'AWS-IAM-002',
    'a policy of the same plan',
    'aws_iam_role_policy_attachment',
    {},
    'none',
    {
      unknown: { policy_arn: true },
      expressions: { policy_arn: refersTo('aws_iam_policy.p.arn', 'aws_iam_policy.p') },
    },
  ],
  [
    'AWS-ELB-001',
    'a policy of the years before TLS 1.3',
    'aws_lb_listener',
    {
      protocol: 'TLS',
      ssl_policy: 'ELBSecurityPolicy-FS-1-2-2019-08',
    },
    'found',
  ],
  [
    'AWS-EC2-001',
    'a dynamic block with unknown sources',
    'aws_security_group',
    {
      ingress: [{ protocol: 'tcp', from_port: 22, to_port: 22 }],
    },
    'review',
    { unknown: { ingress: [{ cidr_blocks: true }] } },
  ],
  [
    'AWS-EC2-001',
    'unknown sources of HTTPS',
    'aws_security_group',
    {
      ingress: [{ protocol: 'tcp', from_port: 443, to_port: 443 }],
    },
    'none',
    { unknown: { ingress: [{ cidr_blocks: true }] } },
  ],
  ['AWS-EC2-001', 'a group without rules', 'aws_security_group', {}, 'none', { unknown: { ingress: true } }],
  [
    'GCP-IAM-001',
    'an owner in a policy',
    'google_project_iam_policy',
    {
      policy_data: '{"bindings":[{"role":"roles/owner","members":["serviceAccount:x"]}]}',
    },
    'found',
  ],
  [
    'GCP-FW-001',
    'no sources',
    'google_compute_firewall',
    { allow: [{ protocol: 'tcp', ports: ['22'] }] },
    'found',
  ],
];
testRules([...unknown, ...made, ...policies]);
