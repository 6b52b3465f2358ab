/** A rule, a part of a CloudFormation template that breaks it, and one that does not. */
export type TemplateCase = [rule: string, bad: Resources, good: Resources];
type Resources = Record<string, { Type: string; Properties?: object }>;

const one = (type: string, properties: object): Resources => ({
  A: { Type: `AWS::${type}`, Properties: properties },
});
const pair = (type: string, bad: object, good: object): [Resources, Resources] => [
  one(type, bad),
  one(type, good),
];
const allow = (rest: object) => ({ Statement: [{ Effect: 'Allow', Action: '*', Resource: '*', ...rest }] });
const narrow = allow({ Action: 's3:GetObject' });
const trust = (principal: unknown) => allow({ Action: 'sts:AssumeRole', Principal: principal });
const service = { Service: 'lambda.amazonaws.com' };
const closed = {
  BlockPublicAcls: true,
  BlockPublicPolicy: true,
  IgnorePublicAcls: true,
  RestrictPublicBuckets: true,
};
const ingress = (port: number, cidr: string) => ({
  SecurityGroupIngress: [{ IpProtocol: 'tcp', FromPort: port, ToPort: port, CidrIp: cidr }],
});
const denyHttp = {
  Effect: 'Deny',
  Principal: '*',
  Action: 's3:*',
  Resource: '*',
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
};
const withPolicy = (statement: object): Resources => ({
  ...one('S3::Bucket', {}),
  P: {
    Type: 'AWS::S3::BucketPolicy',
    Properties: { Bucket: { Ref: 'A' }, PolicyDocument: { Statement: [statement] } },
  },
});
const containers = (rest: object) => ({ ContainerDefinitions: [{ Name: 'a', Image: 'a', ...rest }] });
const cluster = (open: boolean) => ({
  ResourcesVpcConfig: { EndpointPublicAccess: open, SubnetIds: ['a'] },
  EncryptionConfig: [{ Resources: ['secrets'] }],
  Logging: { ClusterLogging: { EnabledTypes: ['api', 'audit', 'authenticator'].map((Type) => ({ Type })) } },
});
const distribution = (policy: string) => ({
  DistributionConfig: {
    DefaultCacheBehavior: { ViewerProtocolPolicy: policy },
    Origins: [
      {
        Id: 'a',
        CustomOriginConfig: { OriginProtocolPolicy: 'https-only', OriginSSLProtocols: ['TLSv1.2'] },
      },
    ],
  },
});

export const templateCases: TemplateCase[] = [
  [
    'AWS-S3-001',
    ...pair(
      'S3::Bucket',
      { PublicAccessBlockConfiguration: { ...closed, BlockPublicAcls: false } },
      { PublicAccessBlockConfiguration: closed },
    ),
  ],
  ['AWS-S3-002', ...pair('S3::Bucket', {}, { PublicAccessBlockConfiguration: closed })],
  ['AWS-S3-003', ...pair('S3::Bucket', { AccessControl: 'PublicReadWrite' }, { AccessControl: 'Private' })],
  ['AWS-S3-004', withPolicy(allow({ Principal: '*' }).Statement[0] ?? {}), withPolicy(denyHttp)],
  ['AWS-S3-005', withPolicy(allow({ Principal: service }).Statement[0] ?? {}), withPolicy(denyHttp)],
  [
    'AWS-S3-006',
    ...pair(
      'S3::Bucket',
      { VersioningConfiguration: { Status: 'Suspended' } },
      { VersioningConfiguration: { Status: 'Enabled' } },
    ),
  ],
  ['AWS-RDS-001', ...pair('RDS::DBInstance', { StorageEncrypted: false }, { StorageEncrypted: 'true' })],
  ['AWS-RDS-002', ...pair('RDS::DBInstance', { PubliclyAccessible: 'true' }, { PubliclyAccessible: false })],
  ['AWS-RDS-003', ...pair('RDS::DBCluster', { BackupRetentionPeriod: 1 }, { BackupRetentionPeriod: '14' })],
  ['AWS-RDS-004', ...pair('RDS::DBInstance', {}, { DeletionProtection: true })],
  ['AWS-RDS-005', ...pair('RDS::DBInstance', { AutoMinorVersionUpgrade: false }, {})],
  [
    'AWS-DDB-001',
    ...pair(
      'DynamoDB::Table',
      {},
      { PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } },
    ),
  ],
  ['AWS-IAM-001', ...pair('IAM::ManagedPolicy', { PolicyDocument: allow({}) }, { PolicyDocument: narrow })],
  [
    'AWS-IAM-002',
    ...pair(
      'IAM::Role',
      { ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] },
      { ManagedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'] },
    ),
  ],
  ['AWS-IAM-003', one('IAM::AccessKey', { UserName: 'a' }), one('IAM::Role', {})],
  [
    'AWS-IAM-004',
    ...pair(
      'IAM::Role',
      { AssumeRolePolicyDocument: trust({ AWS: '*' }) },
      { AssumeRolePolicyDocument: trust(service) },
    ),
  ],
  ['AWS-EC2-001', ...pair('EC2::SecurityGroup', ingress(22, '0.0.0.0/0'), ingress(22, '10.0.0.0/8'))],
  [
    'AWS-EC2-002',
    one('EC2::SecurityGroupIngress', { IpProtocol: 'tcp', FromPort: 3306, ToPort: 3306, CidrIpv6: '::/0' }),
    one('EC2::SecurityGroupIngress', {
      IpProtocol: 'tcp',
      FromPort: 3306,
      ToPort: 3306,
      CidrIp: '10.0.0.0/8',
    }),
  ],
  ['AWS-EC2-004', ...pair('EC2::Volume', {}, { Encrypted: true })],
  [
    'AWS-EC2-005',
    ...pair(
      'EC2::Instance',
      { BlockDeviceMappings: [{ DeviceName: 'a', Ebs: { Encrypted: false } }] },
      { BlockDeviceMappings: [{ DeviceName: 'a', Ebs: { Encrypted: true } }] },
    ),
  ],
  [
    'AWS-EC2-006',
    ...pair(
      'EC2::LaunchTemplate',
      { LaunchTemplateData: {} },
      { LaunchTemplateData: { MetadataOptions: { HttpTokens: 'required' } } },
    ),
  ],
  [
    'AWS-EC2-007',
    ...pair(
      'EC2::Instance',
      { NetworkInterfaces: [{ DeviceIndex: '0', AssociatePublicIpAddress: 'true' }] },
      { NetworkInterfaces: [{ DeviceIndex: '0' }] },
    ),
  ],
  ['AWS-EC2-008', ...pair('EC2::Subnet', { MapPublicIpOnLaunch: true }, {})],
  [
    'AWS-EC2-009',
    one('EC2::VPC', {}),
    {
      ...one('EC2::VPC', {}),
      L: { Type: 'AWS::EC2::FlowLog', Properties: { ResourceType: 'VPC', ResourceId: { Ref: 'A' } } },
    },
  ],
  [
    'AWS-SM-001',
    one('SecretsManager::Secret', {}),
    {
      ...one('SecretsManager::Secret', {}),
      R: { Type: 'AWS::SecretsManager::RotationSchedule', Properties: { SecretId: { Ref: 'A' } } },
    },
  ],
  [
    'AWS-ECR-001',
    ...pair(
      'ECR::Repository',
      {},
      { ImageScanningConfiguration: { ScanOnPush: true }, ImageTagMutability: 'IMMUTABLE' },
    ),
  ],
  ['AWS-ECS-001', ...pair('ECS::TaskDefinition', containers({ Privileged: true }), containers({}))],
  ['AWS-EKS-001', ...pair('EKS::Cluster', cluster(true), cluster(false))],
  ['AWS-LAM-001', ...pair('Lambda::Url', { AuthType: 'NONE' }, { AuthType: 'AWS_IAM' })],
  [
    'AWS-ELB-001',
    ...pair(
      'ElasticLoadBalancingV2::Listener',
      { Protocol: 'HTTP', DefaultActions: [{ Type: 'forward' }] },
      { Protocol: 'HTTP', DefaultActions: [{ Type: 'redirect', RedirectConfig: { Protocol: 'HTTPS' } }] },
    ),
  ],
  ['AWS-CDN-001', ...pair('CloudFront::Distribution', distribution('allow-all'), distribution('https-only'))],
  [
    'AWS-LOG-001',
    ...pair(
      'CloudTrail::Trail',
      { IsMultiRegionTrail: true },
      { IsMultiRegionTrail: true, EnableLogFileValidation: true, KMSKeyId: 'a' },
    ),
  ],
  ['AWS-LOG-002', ...pair('Logs::LogGroup', { RetentionInDays: 7 }, { RetentionInDays: 365 })],
  ['AWS-KMS-001', ...pair('KMS::Key', {}, { EnableKeyRotation: true })],
  ['AWS-ENC-001', ...pair('SNS::Topic', {}, { KmsMasterKeyId: 'a' })],
  ['AWS-ENC-002', ...pair('EFS::FileSystem', {}, { Encrypted: true })],
  [
    'AWS-SEC-001',
    ...pair(
      'Lambda::Function',
      { Environment: { Variables: { DB_PASSWORD: 'hunter2' } } },
      { Environment: { Variables: { DB_PASSWORD: '{{resolve:secretsmanager:a}}' } } },
    ),
  ],
  [
    'AWS-SEC-001',
    ...pair(
      'RDS::DBInstance',
      { MasterUserPassword: 'hunter2hunter2' },
      { MasterUserPassword: '{{resolve:secretsmanager:a}}' },
    ),
  ],
];
