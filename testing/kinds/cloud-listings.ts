import type { LocalAws } from '../local-aws.ts';

type Call = Parameters<LocalAws['call']>[1];

/** Calls that list what is in a service. Not of ECS: the local AWS goes on to list clusters that are deleted. */
const listings: [service: string, what: string, call: Call][] = [
  ['apigateway', 'APIs', { path: '/v2/apis' }],
  ['dynamodb', 'tables', { target: 'DynamoDB_20120810.ListTables' }],
  ['ec2', 'VPCs', { query: 'Action=DescribeVpcs&Version=2016-11-15' }],
  ['ec2', 'subnets', { query: 'Action=DescribeSubnets&Version=2016-11-15' }],
  ['ec2', 'security groups', { query: 'Action=DescribeSecurityGroups&Version=2016-11-15' }],
  ['elasticfilesystem', 'file systems', { path: '/2015-02-01/file-systems' }],
  ['events', 'event buses', { target: 'AWSEvents.ListEventBuses' }],
  ['iam', 'roles', { query: 'Action=ListRoles&Version=2010-05-08' }],
  ['lambda', 'functions', { path: '/2015-03-31/functions/' }],
  ['logs', 'log groups', { target: 'Logs_20140328.DescribeLogGroups' }],
  ['s3', 'buckets', {}],
  ['scheduler', 'schedules', { path: '/schedules' }],
  ['servicediscovery', 'namespaces', { target: 'Route53AutoNaming_v20170314.ListNamespaces' }],
  ['sns', 'topics', { query: 'Action=ListTopics&Version=2010-03-31' }],
  ['sqs', 'queues', { target: 'AmazonSQS.ListQueues' }],
];

/** Returns what the local AWS has, as its own answers: `ec2 subnets` → text. */
export async function listCloud(aws: LocalAws): Promise<Record<string, string>> {
  const answers: Record<string, string> = {};
  for (const [service, what, call] of listings) {
    const answer = await aws.call(service, call);
    answers[`${service} ${what}`] = answer.replaceAll(/<(requestId|RequestId)>[^<]*<\/\1>/g, '');
  }
  return answers;
}
