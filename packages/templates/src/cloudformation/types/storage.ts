import type { Unknown } from '../../unknown.ts';
import {
  attributes,
  type Conversion,
  type Converted,
  listOf,
  type Properties,
  part,
  policyText,
  same,
} from './conversion.ts';

function bucket(properties: Properties, self: Unknown): Converted[] {
  const {
    AccessControl: acl,
    PublicAccessBlockConfiguration: block,
    VersioningConfiguration: versions,
  } = properties;
  const found: Converted[] = [
    { type: 'aws_s3_bucket', attributes: { acl: kebabCase(acl), bucket: properties.BucketName } },
  ];
  if (block !== undefined)
    found.push({
      type: 'aws_s3_bucket_public_access_block',
      attributes: { ...attributes(block), bucket: self },
    });
  if (versions !== undefined)
    found.push({
      type: 'aws_s3_bucket_versioning',
      attributes: { bucket: self, versioning_configuration: [{ status: part(versions, 'Status') }] },
    });
  return found;
}

/** `PublicRead` → `public-read`. */
function kebabCase(value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase() : value;
}

/** A policy of one or several things. */
function policyOf(type: string, argument: string, things: string): Conversion {
  return (properties) =>
    listOf(properties[things]).map((thing) => ({
      type,
      attributes: {
        [argument]: thing,
        policy: policyText(properties.PolicyDocument ?? properties.ResourcePolicy),
      },
    }));
}

function table(properties: Properties): Converted[] {
  const all = attributes(properties);
  const recovery = part(properties.PointInTimeRecoverySpecification, 'PointInTimeRecoveryEnabled');
  return [
    {
      type: 'aws_dynamodb_table',
      attributes: {
        ...all,
        read_capacity: part(all, 'provisioned_throughput', 'read_capacity_units'),
        write_capacity: part(all, 'provisioned_throughput', 'write_capacity_units'),
        point_in_time_recovery: [attributes({ enabled: recovery })],
      },
    },
  ];
}

function repository(properties: Properties, self: Unknown): Converted[] {
  const { RepositoryPolicyText: policy, ...rest } = properties;
  return [
    { type: 'aws_ecr_repository', attributes: attributes(rest) },
    ...(policy === undefined
      ? []
      : [
          { type: 'aws_ecr_repository_policy', attributes: { repository: self, policy: policyText(policy) } },
        ]),
  ];
}

function instance(properties: Properties): Converted[] {
  const inCluster = properties.DBClusterIdentifier !== undefined;
  return same(inCluster ? 'aws_rds_cluster_instance' : 'aws_db_instance', {
    db_instance_class: 'instance_class',
    db_cluster_identifier: 'cluster_identifier',
    enable_performance_insights: 'performance_insights_enabled',
    source_db_instance_identifier: 'replicate_source_db',
    master_user_password: 'password',
  })(properties, unused);
}

const unused = undefined as never;

function cluster(type: string): Conversion {
  return same(type, {
    replication_source_identifier: 'replicate_source_db',
    master_user_password: 'master_password',
  });
}

function domain(properties: Properties): Converted[] {
  const all = attributes(properties);
  return [
    {
      type: 'aws_opensearch_domain',
      attributes: {
        ...all,
        encrypt_at_rest: all.encryption_at_rest_options,
        node_to_node_encryption: all.node_to_node_encryption_options,
      },
    },
  ];
}

export const storageTypes: Record<string, Conversion> = {
  'AWS::DMS::ReplicationInstance': same('aws_dms_replication_instance'),
  'AWS::DynamoDB::Table': table,
  'AWS::ECR::Repository': repository,
  'AWS::EFS::AccessPoint': same('aws_efs_access_point'),
  'AWS::EFS::FileSystem': same('aws_efs_file_system', { lifecycle_policies: 'lifecycle_policy' }),
  'AWS::EFS::MountTarget': same('aws_efs_mount_target'),
  'AWS::ElastiCache::ReplicationGroup': same('aws_elasticache_replication_group', {
    cache_node_type: 'node_type',
  }),
  'AWS::ElastiCache::SubnetGroup': same('aws_elasticache_subnet_group'),
  'AWS::KMS::Alias': same('aws_kms_alias'),
  'AWS::KMS::Key': (properties) => [
    {
      type: 'aws_kms_key',
      attributes: {
        ...attributes({ ...properties, KeyPolicy: undefined }),
        customer_master_key_spec: properties.KeySpec,
        policy: policyText(properties.KeyPolicy),
      },
    },
  ],
  'AWS::OpenSearchService::Domain': domain,
  'AWS::RDS::DBCluster': cluster('aws_rds_cluster'),
  'AWS::RDS::DBInstance': instance,
  'AWS::RDS::DBParameterGroup': same('aws_db_parameter_group'),
  'AWS::RDS::DBSubnetGroup': same('aws_db_subnet_group'),
  'AWS::Redshift::Cluster': cluster('aws_redshift_cluster'),
  'AWS::S3::Bucket': bucket,
  'AWS::S3::BucketPolicy': policyOf('aws_s3_bucket_policy', 'bucket', 'Bucket'),
  'AWS::SNS::Subscription': same('aws_sns_topic_subscription'),
  'AWS::SNS::Topic': same('aws_sns_topic'),
  'AWS::SNS::TopicPolicy': policyOf('aws_sns_topic_policy', 'arn', 'Topics'),
  'AWS::SQS::Queue': same('aws_sqs_queue'),
  'AWS::SQS::QueuePolicy': policyOf('aws_sqs_queue_policy', 'queue_url', 'Queues'),
  'AWS::SSM::Parameter': same('aws_ssm_parameter'),
  'AWS::SecretsManager::ResourcePolicy': policyOf(
    'aws_secretsmanager_secret_policy',
    'secret_arn',
    'SecretId',
  ),
  'AWS::SecretsManager::RotationSchedule': same('aws_secretsmanager_secret_rotation'),
  'AWS::SecretsManager::Secret': same('aws_secretsmanager_secret'),
};
