/** Where AWS's public rate files contain a unit price, and how to convert it. */
export type RateName = {
  key: string;
  /** The file of the service: `sns` for `sns.json`. */
  service: string;
  /** Name in the file; with tiers, the name of each and the monthly quantity where it begins. */
  name: string | [from: number, name: string][];
  /** AWS's units per priced unit, such as 1,000,000 requests. Default 1. */
  per?: number;
};

const million = 1_000_000;
const hoursPerMonth = 730;

export const rateNames: RateName[] = [
  ...named('sns', million, {
    'aws.sns.requests': 'Amazon SNS API Requests',
    'aws.sns.kinesis': 'Amazon Kinesis Data Firehose Messages',
    'aws.sns.mobile-push': 'Amazon Device Messaging Mobile Push Notifications',
    'aws.sns.macos': 'Apple Push Notification Service APNS Mac OS Notifications',
    'aws.sns.fifo.requests': 'Amazon SNS FIFO API Requests per Requests',
    'aws.sns.fifo.notifications': 'Amazon SNS FIFO Subscription Messages per Messages',
  }),
  ...named('sns', 100_000, {
    'aws.sns.http': 'HTTP Notifications',
    'aws.sns.email': 'SNS Email and Email JSON Notifications',
  }),
  ...named('sns', 1, {
    'aws.sns.fifo.payload': 'SNS FIFO Publish Payload per GB',
    'aws.sns.fifo.notification-payload': 'Amazon SNS FIFO Subscription Messages Payload per GB',
  }),
  ...named('kms', 1, { 'aws.kms.key': 'Encryption Key' }),
  ...named('kms', 10_000, {
    'aws.kms.requests': 'API request - Non Free Tier',
    'aws.kms.requests.rsa-2048': 'Asymmetric Requests RSA_2048',
    'aws.kms.requests.asymmetric': 'Asymmetric Requests except RSA_2048API',
  }),
  ...named('lambda', million, { 'aws.lambda.requests': 'Lambda Requests' }),
  ...named('lambda', 1, { 'aws.lambda.ephemeral-storage': 'Lambda Storage-Duration' }),
  // https://aws.amazon.com/blogs/compute/introducing-tiered-pricing-for-aws-lambda/
  tiered('lambda', 1, 'aws.lambda.duration.x86_64', [
    [0, 'Lambda Duration'],
    [6_000_000_000, 'Lambda Duration Tier2'],
    [15_000_000_000, 'Lambda Duration Tier3'],
  ]),
  tiered('lambda', 1, 'aws.lambda.duration.arm64', [
    [0, 'Lambda Duration-ARM'],
    [7_500_000_000, 'Lambda Duration-ARM Tier2'],
    [18_750_000_000, 'Lambda Duration-ARM Tier3'],
  ]),
  ...named('dynamodb', hoursPerMonth, {
    'aws.dynamodb.wcu': 'Provisioned Write Units',
    'aws.dynamodb.rcu': 'Provisioned Read Units',
  }),
  ...named('dynamodb', million, {
    'aws.dynamodb.writes': 'PayPerRequest Write Request Units',
    'aws.dynamodb.reads': 'PayPerRequest Read Request Units',
  }),
  ...named('dynamodb', 1, {
    'aws.dynamodb.storage': 'Data Storage Indexed GB-Mo',
    'aws.dynamodb.pitr': 'PITR Backup Storage GB-Mo',
    'aws.dynamodb.backup': 'On-Demand Backup Storage GB-Month',
    'aws.dynamodb.restore': 'Restore Data Size',
    'aws.dynamodb.streams': 'Streams Read Requests',
  }),
  ...named('efs', 1, {
    'aws.efs.standard': 'General Purpose Storage GB Mo',
    'aws.efs.one-zone': 'One Zone General Purpose Storage GB Mo',
    'aws.efs.standard-ia': 'Infrequent Access Storage GB Mo',
    'aws.efs.one-zone-ia': 'One Zone Infrequent Access Storage GB Mo',
    'aws.efs.throughput': 'Throughput Provisioned',
    'aws.efs.ia-read': 'Infrequent Access Requests Read per GB',
    'aws.efs.ia-write': 'Infrequent Access Requests Write per GB',
  }),
  ...named('vpc', 1, {
    'aws.vpc-endpoint.hour': 'Hourly charge for VPC Endpoints per Hrs',
    'aws.vpc-endpoint.gwlb-data':
      'Charge for per GB data processed by AWS Gateway Load Balancer VPC Endpoint per GB',
    'aws.vpn.hour': 'CreateVpnConnection per Hrs',
    'aws.ipv4.hour': 'Hourly charge for In use Public IPv4 Addresses per Hrs',
    'aws.transit-gateway.hour': 'Hourly charge for Transit Gateway VPC Attachments per hour',
    'aws.transit-gateway.data':
      'Charge for per GB data processed by AWS Transit Gateways for VPC attachments per GigaBytes',
  }),
  tiered('vpc', 1, 'aws.vpc-endpoint.data', [
    [0, 'Charge for per GB data processed by VPC Endpoints per GB from 0 to 1048576'],
    [1_048_576, 'Charge for per GB data processed by VPC Endpoints per GB from 1048576 to 5242880'],
    [5_242_880, 'Charge for per GB data processed by VPC Endpoints per GB from 5242880 to Inf'],
  ]),
  ...named('natgateway', 1, {
    'aws.nat.hour': 'Hourly charge for NAT Gateways',
    'aws.nat.data': 'Charge for per GB data processed by NatGateways',
  }),
  ...named('route53', 1, { 'aws.route53.zone': 'DNS Zone first 25' }),
  tiered('apigateway', million, 'aws.apigateway.rest', [
    [0, 'API Calls Number of up to 333 million'],
    [333, 'API Calls Number of Request Next 667 million'],
    [1000, 'API Calls Number of Request Next 19 billion'],
    [20_000, 'API Calls Number of Request Over 20 billion'],
  ]),
  tiered('apigateway', million, 'aws.apigateway.http', [
    [0, 'ApiGatewayHttpApi First 300 million'],
    [300, 'ApiGatewayHttpApi more than 300 million'],
  ]),
  tiered('apigateway', million, 'aws.apigateway.websocket.messages', [
    [0, 'WebSocket Messages Messages first 1 billion'],
    [1000, 'WebSocket Messages Messages over 1 billion'],
  ]),
  ...named('apigateway', million, { 'aws.apigateway.websocket.minutes': 'WebSocket Connection Minutes' }),
  ...named('cloudwatch', 1, {
    'aws.cloudwatch.alarm': 'Alarm Standard',
    'aws.cloudwatch.alarm.high-resolution': 'Alarm High Resolution',
    'aws.cloudwatch.dashboard': 'Dashboard Basic Dashboard',
    'aws.logs.ingestion': 'Logs Collected Data Ingestion',
    'aws.logs.storage': 'Stored Data',
    'aws.logs.scanned': 'Queried Logs Insights',
  }),
  ...named('waf', 1, {
    'aws.waf.acl': 'Web ACL Activated per Month',
    'aws.waf.rule': 'Rule Activated per Month',
  }),
  ...named('waf', million, { 'aws.waf.requests': 'Request Processed Tier1 per Request' }),
  ...named('kinesis', 1, {
    'aws.kinesis.shard': 'Provisioned shard hour per ShardHour',
    'aws.kinesis.on-demand': 'OnDemandStreamHr per StreamHr',
  }),
  ...named('kinesis', million, { 'aws.kinesis.put': 'Payload Units per PutRequest' }),
  ...named('neptune', 1, {
    'aws.neptune.storage': 'Storage Rate',
    'aws.neptune.backup': 'Storage Snapshot Rate',
  }),
  ...named('neptune', million, { 'aws.neptune.io': 'IO Rate' }),
  ...named('msk', 1, { 'aws.msk.storage': 'RunVolume GP2' }),
  ...named('eks', 1, { 'aws.eks.cluster': 'Compute per Hours' }),
  ...named('ecs', 1, {
    'aws.fargate.vcpu': 'perCPU per hour',
    'aws.fargate.memory': 'perGB per hour',
  }),
  ...named('cloudfront', 1, {
    'aws.cloudfront.ssl': 'Charge for using an SSL certificate with a CloudFront alternate domain name',
  }),
];

function named(service: string, per: number, names: Record<string, string>): RateName[] {
  return Object.entries(names).map(([key, name]) => ({ key, service, name, per }));
}

function tiered(service: string, per: number, key: string, name: [number, string][]): RateName {
  return { key, service, name, per };
}
