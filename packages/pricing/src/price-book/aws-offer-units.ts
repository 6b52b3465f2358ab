/** Columns of a price list row, by name. */
export type OfferRow = (name: string) => string;

type OfferUnit = {
  key: string;
  /** Units of the list per priced unit of the book, such as 1,000,000 requests. */
  per: number;
};

const million = 1_000_000;
const hoursPerMonth = 730;

/** Maps each offer's usage types, without region prefix, to a unit price. */
const unitsByUsage: Record<string, Record<string, [key: string, per?: number]>> = {
  AmazonEC2: {
    'EBS:VolumeUsage': ['aws.ebs.standard'],
    'EBS:VolumeUsage.gp2': ['aws.ebs.gp2'],
    'EBS:VolumeUsage.gp3': ['aws.ebs.gp3'],
    'EBS:VolumeUsage.piops': ['aws.ebs.io1'],
    'EBS:VolumeUsage.io2': ['aws.ebs.io2'],
    'EBS:VolumeUsage.st1': ['aws.ebs.st1'],
    'EBS:VolumeUsage.sc1': ['aws.ebs.sc1'],
    'EBS:VolumeP-IOPS.gp3': ['aws.ebs.gp3.iops'],
    'EBS:VolumeP-IOPS.piops': ['aws.ebs.io1.iops'],
    'EBS:VolumeP-IOPS.io2': ['aws.ebs.io2.iops'],
    // Sold by GiB/s, provisioned by MiB/s.
    'EBS:VolumeP-Throughput.gp3': ['aws.ebs.gp3.throughput', 1 / 1024],
    'EBS:VolumeIOUsage': ['aws.ebs.standard.io', million],
    'EBS:SnapshotUsage': ['aws.ebs.snapshot'],
    'NatGateway-Hours': ['aws.nat.hour'],
    'NatGateway-Bytes': ['aws.nat.data'],
    'CPUCredits:t3': ['aws.ec2.cpu-credits'],
  },
  AmazonVPC: {
    'PublicIPv4:InUseAddress': ['aws.ipv4.hour'],
    'VpcEndpoint-Hours': ['aws.vpc-endpoint.hour'],
    'VpcEndpoint-Bytes': ['aws.vpc-endpoint.data'],
  },
  AmazonS3: {
    'TimedStorage-ByteHrs': ['aws.s3.standard.storage'],
    'TimedStorage-SIA-ByteHrs': ['aws.s3.standard_infrequent_access.storage'],
    'TimedStorage-ZIA-ByteHrs': ['aws.s3.one_zone_infrequent_access.storage'],
    'TimedStorage-GlacierByteHrs': ['aws.s3.glacier_flexible_retrieval.storage'],
    'TimedStorage-GDA-ByteHrs': ['aws.s3.glacier_deep_archive.storage'],
    'Requests-Tier1': ['aws.s3.standard.tier-1', 1000],
    'Requests-Tier2': ['aws.s3.standard.tier-2', 1000],
  },
  AWSLambda: {
    Request: ['aws.lambda.requests', million],
    'Lambda-GB-Second': ['aws.lambda.duration.x86_64'],
    'Lambda-GB-Second-ARM': ['aws.lambda.duration.arm64'],
  },
  AmazonDynamoDB: {
    'WriteCapacityUnit-Hrs': ['aws.dynamodb.wcu', hoursPerMonth],
    'ReadCapacityUnit-Hrs': ['aws.dynamodb.rcu', hoursPerMonth],
    WriteRequestUnits: ['aws.dynamodb.writes', million],
    ReadRequestUnits: ['aws.dynamodb.reads', million],
    'TimedStorage-ByteHrs': ['aws.dynamodb.storage'],
    'TimedPITRStorage-ByteHrs': ['aws.dynamodb.pitr'],
    'TimedBackupStorage-ByteHrs': ['aws.dynamodb.backup'],
  },
  AmazonSNS: {
    'Requests-Tier1': ['aws.sns.requests', million],
    'DeliveryAttempts-HTTP': ['aws.sns.http', 100_000],
    'DeliveryAttempts-SMTP': ['aws.sns.email', 100_000],
  },
  AmazonRDS: {
    'RDS:GP2-Storage': ['aws.rds.gp2'],
    'RDS:GP3-Storage': ['aws.rds.gp3'],
    'RDS:GP3-PIOPS': ['aws.rds.gp3.iops'],
    'RDS:PIOPS-Storage': ['aws.rds.io1'],
    'RDS:PIOPS': ['aws.rds.io1.iops'],
    'RDS:StorageUsage': ['aws.rds.standard'],
    'RDS:StorageIOUsage': ['aws.rds.magnetic.io', million],
    'RDS:ChargedBackupUsage': ['aws.rds.backup'],
    'Aurora:StorageUsage': ['aws.aurora.storage'],
    'Aurora:StorageIOUsage': ['aws.aurora.io', million],
    'Aurora:BackupUsage': ['aws.aurora.backup'],
    'Aurora:ServerlessV2Usage': ['aws.aurora.serverless-v2'],
    'Aurora:BacktrackUsage': ['aws.aurora.backtrack', million],
  },
  AmazonElastiCache: { 'ElastiCache:BackupUsage': ['aws.elasticache.backup'] },
  AmazonCloudWatch: {
    'CW:AlarmMonitorUsage': ['aws.cloudwatch.alarm'],
    'CW:HighResAlarmMonitorUsage': ['aws.cloudwatch.alarm.high-resolution'],
    'DataProcessing-Bytes': ['aws.logs.ingestion'],
    'TimedStorage-ByteHrs': ['aws.logs.storage'],
  },
  awskms: { 'KMS-Keys': ['aws.kms.key'], 'KMS-Requests': ['aws.kms.requests', 10_000] },
  AWSSecretsManager: {
    'AWSSecretsManager-Secrets': ['aws.secretsmanager.secret'],
    AWSSecretsManagerAPIRequest: ['aws.secretsmanager.requests', 10_000],
  },
  AmazonEFS: {
    'TimedStorage-ByteHrs': ['aws.efs.standard'],
    'IATimedStorage-ByteHrs': ['aws.efs.standard-ia'],
    'TimedStorage-Z-ByteHrs': ['aws.efs.one-zone'],
    'IATimedStorage-Z-ByteHrs': ['aws.efs.one-zone-ia'],
    'ProvisionedTP-MiBpsHrs': ['aws.efs.throughput'],
  },
  AmazonEKS: { 'AmazonEKS-Hours:perCluster': ['aws.eks.cluster'] },
  AmazonECS: {
    'Fargate-vCPU-Hours:perCPU': ['aws.fargate.vcpu'],
    'Fargate-GB-Hours': ['aws.fargate.memory'],
  },
  AmazonRoute53: { HostedZone: ['aws.route53.zone'] },
};

/** Load balancers share usage types and differ by operation. */
const balancerKeys: Record<string, string> = {
  'LoadBalancing:Application LoadBalancerUsage': 'aws.lb.hour',
  'LoadBalancing:Application LCUUsage': 'aws.lb.application.lcu-hour',
  'LoadBalancing:Network LCUUsage': 'aws.lb.network.lcu-hour',
  'LoadBalancing LoadBalancerUsage': 'aws.elb.hour',
  'LoadBalancing DataProcessing-Bytes': 'aws.elb.data',
};

const queueKeys: Record<string, string> = {
  Standard: 'aws.sqs.standard',
  'FIFO (first-in, first-out)': 'aws.sqs.fifo',
};

/** Region prefix of a usage type: `EUC1-`, `EU-` or, for some offers, `eu-central-1-`. */
const regionPrefix = /^(?:[A-Z]{2,4}\d-|EU-|[a-z]{2}(?:-[a-z]+)+-\d-)/;

/** Returns the unit price that a row of an offer sets, or `null`. */
export function unitOf(offer: string, row: OfferRow): OfferUnit | null {
  const usage = row('usageType').replace(regionPrefix, '');
  if (offer === 'AWSELB') return single(balancerKeys[`${row('operation')} ${usage}`], 1);
  if (offer === 'AWSQueueService') return single(queueKeys[row('Queue Type')], million);
  const [key, per = 1] = unitsByUsage[offer]?.[usage] ?? [];
  return single(key, per);
}

function single(key: string | undefined, per: number): OfferUnit | null {
  return key === undefined ? null : { key, per };
}
