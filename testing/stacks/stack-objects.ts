import type { LocalAws } from '../local-aws.ts';

/** What is listed of each service that the example's kinds use, and how a name is found in the answer. */
const lists: Record<string, [service: string, action: Parameters<LocalAws['call']>[1], name: RegExp]> = {
  vpc: ['ec2', { query: 'Action=DescribeVpcs&Version=2016-11-15' }, /<vpcId>([^<]+)/g],
  subnet: ['ec2', { query: 'Action=DescribeSubnets&Version=2016-11-15' }, /<subnetId>([^<]+)/g],
  group: ['ec2', { query: 'Action=DescribeSecurityGroups&Version=2016-11-15' }, /<groupName>([^<]+)/g],
  gateway: [
    'ec2',
    { query: 'Action=DescribeInternetGateways&Version=2016-11-15' },
    /<internetGatewayId>([^<]+)/g,
  ],
  routes: ['ec2', { query: 'Action=DescribeRouteTables&Version=2016-11-15' }, /<routeTableId>([^<]+)/g],
  role: ['iam', { query: 'Action=ListRoles&Version=2010-05-08&MaxItems=1000' }, /<RoleName>([^<]+)/g],
  topic: ['sns', { query: 'Action=ListTopics&Version=2010-03-31' }, /<TopicArn>([^<]+)/g],
  table: ['dynamodb', { target: 'DynamoDB_20120810.ListTables' }, /"([^"]+)"(?=[,\]])/g],
  logs: ['logs', { target: 'Logs_20140328.DescribeLogGroups' }, /"logGroupName": ?"([^"]+)"/g],
  parameter: ['ssm', { target: 'AmazonSSM.DescribeParameters' }, /"Name": ?"([^"]+)"/g],
  namespace: [
    'servicediscovery',
    { target: 'Route53AutoNaming_v20170314.ListNamespaces' },
    /"Id": ?"([^"]+)"/g,
  ],
  discovery: [
    'servicediscovery',
    { target: 'Route53AutoNaming_v20170314.ListServices' },
    /"Id": ?"([^"]+)"/g,
  ],
  bucket: ['s3', {}, /<Name>([^<]+)/g],
  function: ['lambda', { path: '/2015-03-31/functions/' }, /"FunctionName": ?"([^"]+)"/g],
  api: ['apigateway', { path: '/v2/apis' }, /"apiId": ?"([^"]+)"/g],
  schedule: ['scheduler', { path: '/schedules' }, /"Name": ?"([^"]+)"/g],
};

/** Lists the objects of a local AWS by its API, as `sort name`. */
export async function stackObjects(aws: LocalAws): Promise<string[]> {
  const found = Object.entries(lists).map(async ([sort, [service, action, name]]) => {
    const answer = await aws.call(service, action);
    return [...answer.matchAll(name)].map(([, id]) => `${sort} ${id}`);
  });
  return [...(await Promise.all(found)).flat(), ...(await activeClusters(aws))].sort();
}

/** The local AWS also lists deleted clusters and services. */
async function activeClusters(aws: LocalAws): Promise<string[]> {
  const { clusterArns } = await ecs(aws, 'ListClusters', {});
  if (clusterArns.length === 0) return []; // an empty list asks for the default cluster
  const { clusters } = await ecs(aws, 'DescribeClusters', { clusters: clusterArns });
  return active(clusters).map(({ clusterName }) => `cluster ${clusterName}`);
}

/** Returns the images that the services of a cluster run. */
export async function runningImages(aws: LocalAws, cluster: string): Promise<string[]> {
  const { serviceArns } = await ecs(aws, 'ListServices', { cluster });
  const { services } = await ecs(aws, 'DescribeServices', { cluster, services: serviceArns });
  const images = active(services).map(async ({ taskDefinition }) => {
    const described = await ecs(aws, 'DescribeTaskDefinition', { taskDefinition });
    return described.taskDefinition.containerDefinitions[0].image as string;
  });
  return (await Promise.all(images)).sort();
}

function active(items: Record<string, string>[]): Record<string, string>[] {
  return items.filter(({ status }) => status === 'ACTIVE');
}

async function ecs(aws: LocalAws, action: string, body: object) {
  return JSON.parse(await aws.call('ecs', { target: `AmazonEC2ContainerServiceV20141113.${action}`, body }));
}
