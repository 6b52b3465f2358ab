type Properties = Record<string, unknown>;

/**
 * A type of CloudFormation with properties, and the Terraform resource with attributes that must cost the same.
 */
export type PriceCase = [
  cloudFormation: string,
  properties: Properties,
  terraform: string,
  attributes: Properties,
];

export const priceCases: PriceCase[] = [
  [
    'RDS::DBInstance',
    {
      DBInstanceClass: 'db.m5.large',
      Engine: 'postgres',
      AllocatedStorage: '100',
      StorageType: 'gp3',
      Iops: 14_000,
      MultiAZ: 'true',
      EnablePerformanceInsights: true,
    },
    'aws_db_instance',
    {
      instance_class: 'db.m5.large',
      engine: 'postgres',
      allocated_storage: 100,
      storage_type: 'gp3',
      iops: 14_000,
      multi_az: true,
      performance_insights_enabled: true,
    },
  ],
  [
    'RDS::DBInstance',
    { DBClusterIdentifier: 'c', DBInstanceClass: 'db.r5.large', Engine: 'aurora-postgresql' },
    'aws_rds_cluster_instance',
    { cluster_identifier: 'c', instance_class: 'db.r5.large', engine: 'aurora-postgresql' },
  ],
  ['RDS::DBCluster', { Engine: 'aurora-mysql' }, 'aws_rds_cluster', { engine: 'aurora-mysql' }],
  [
    'EC2::Instance',
    {
      InstanceType: 't3.large',
      Monitoring: true,
      CreditSpecification: { CPUCredits: 'standard' },
      BlockDeviceMappings: [
        { DeviceName: '/dev/xvda', Ebs: { VolumeType: 'gp3', VolumeSize: '50' } },
        { DeviceName: '/dev/sdb', Ebs: { VolumeType: 'io1', VolumeSize: 100, Iops: 1000 } },
        { DeviceName: '/dev/sdc', Ebs: { VolumeType: 'gp3', VolumeSize: 10 } },
      ],
    },
    'aws_instance',
    {
      instance_type: 't3.large',
      monitoring: true,
      credit_specification: [{ cpu_credits: 'standard' }],
      root_block_device: [{ volume_type: 'gp3', volume_size: 50 }],
      ebs_block_device: [
        { device_name: '/dev/sdb', volume_type: 'io1', volume_size: 100, iops: 1000 },
        { device_name: '/dev/sdc', volume_type: 'gp3', volume_size: 10 },
      ],
    },
  ],
  [
    'EC2::Volume',
    { VolumeType: 'gp3', Size: '100', Iops: 5000, Throughput: 250 },
    'aws_ebs_volume',
    { type: 'gp3', size: 100, iops: 5000, throughput: 250 },
  ],
  ['EC2::NatGateway', { SubnetId: 's' }, 'aws_nat_gateway', { subnet_id: 's' }],
  ['EC2::EIP', {}, 'aws_eip', {}],
  [
    'EC2::VPCEndpoint',
    { VpcEndpointType: 'Interface', SubnetIds: ['a', 'b'] },
    'aws_vpc_endpoint',
    { vpc_endpoint_type: 'Interface', subnet_ids: ['a', 'b'] },
  ],
  ['ElasticLoadBalancingV2::LoadBalancer', {}, 'aws_lb', {}],
  ['ElasticLoadBalancingV2::LoadBalancer', { Type: 'network' }, 'aws_lb', { load_balancer_type: 'network' }],
  ['S3::Bucket', { VersioningConfiguration: { Status: 'Enabled' } }, 'aws_s3_bucket', {}],
  [
    'DynamoDB::Table',
    { ProvisionedThroughput: { ReadCapacityUnits: '50', WriteCapacityUnits: 20 } },
    'aws_dynamodb_table',
    { read_capacity: 50, write_capacity: 20 },
  ],
  [
    'DynamoDB::Table',
    { BillingMode: 'PAY_PER_REQUEST' },
    'aws_dynamodb_table',
    { billing_mode: 'PAY_PER_REQUEST' },
  ],
  [
    'Lambda::Function',
    { MemorySize: '1024', Architectures: ['arm64'], EphemeralStorage: { Size: 2048 } },
    'aws_lambda_function',
    { memory_size: 1024, architectures: ['arm64'], ephemeral_storage: [{ size: 2048 }] },
  ],
  [
    'EKS::Nodegroup',
    { InstanceTypes: ['m5.large'], DiskSize: 40, ScalingConfig: { DesiredSize: '3' } },
    'aws_eks_node_group',
    { instance_types: ['m5.large'], disk_size: 40, scaling_config: [{ desired_size: 3 }] },
  ],
  ['EKS::Cluster', { Version: '1.31' }, 'aws_eks_cluster', { version: '1.31' }],
  [
    'ElastiCache::ReplicationGroup',
    { CacheNodeType: 'cache.m5.large', NumNodeGroups: 2, ReplicasPerNodeGroup: '1' },
    'aws_elasticache_replication_group',
    { node_type: 'cache.m5.large', num_node_groups: 2, replicas_per_node_group: 1 },
  ],
  [
    'EFS::FileSystem',
    { LifecyclePolicies: [{ TransitionToIA: 'AFTER_30_DAYS' }] },
    'aws_efs_file_system',
    { lifecycle_policy: [{ transition_to_ia: 'AFTER_30_DAYS' }] },
  ],
  [
    'EFS::FileSystem',
    { ThroughputMode: 'provisioned', ProvisionedThroughputInMibps: 10 },
    'aws_efs_file_system',
    { throughput_mode: 'provisioned', provisioned_throughput_in_mibps: 10 },
  ],
  [
    'OpenSearchService::Domain',
    {
      ClusterConfig: { InstanceType: 'm5.large.search', InstanceCount: 2 },
      EBSOptions: { EBSEnabled: true, VolumeType: 'gp2', VolumeSize: '100' },
    },
    'aws_opensearch_domain',
    {
      cluster_config: [{ instance_type: 'm5.large.search', instance_count: 2 }],
      ebs_options: [{ ebs_enabled: true, volume_type: 'gp2', volume_size: 100 }],
    },
  ],
  [
    'Redshift::Cluster',
    { NodeType: 'dc2.large', NumberOfNodes: '4' },
    'aws_redshift_cluster',
    { node_type: 'dc2.large', number_of_nodes: 4 },
  ],
  [
    'CloudWatch::Alarm',
    { Metrics: [1, 2].map(() => ({ MetricStat: { Metric: { MetricName: 'm' }, Period: 10 } })) },
    'aws_cloudwatch_metric_alarm',
    { metric_query: [1, 2].map(() => ({ metric: [{ metric_name: 'm', period: 10 }] })) },
  ],
  ['KMS::Key', { KeySpec: 'RSA_2048' }, 'aws_kms_key', { customer_master_key_spec: 'RSA_2048' }],
  ['SecretsManager::Secret', {}, 'aws_secretsmanager_secret', {}],
  ['Logs::LogGroup', { RetentionInDays: 7 }, 'aws_cloudwatch_log_group', { retention_in_days: 7 }],
  ['SQS::Queue', { FifoQueue: true }, 'aws_sqs_queue', { fifo_queue: true }],
  ['SNS::Topic', { FifoTopic: 'true' }, 'aws_sns_topic', { fifo_topic: true }],
  ['Route53::HostedZone', { Name: 'a.test' }, 'aws_route53_zone', { name: 'a.test' }],
  ['ApiGateway::RestApi', {}, 'aws_api_gateway_rest_api', {}],
  ['ApiGatewayV2::Api', { ProtocolType: 'HTTP' }, 'aws_apigatewayv2_api', { protocol_type: 'HTTP' }],
];
