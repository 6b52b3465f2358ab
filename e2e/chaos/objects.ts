import type { LocalAws } from '../../testing/local-aws.ts';

/** Ids of objects by resource type. */
export type Objects = Map<string, Set<string>>;

const ec2 = (action: string) => ({ query: `Action=${action}&Version=2016-11-15` });

/** Lists the stack's objects in the local AWS through its API, without a network's default objects. */
export async function cloudObjects(aws: LocalAws): Promise<Objects> {
  const [vpcs, subnets, groups, instances, balancers, buckets, parameters, roles, logs] = await Promise.all([
    aws.call('ec2', ec2('DescribeVpcs')),
    aws.call('ec2', ec2('DescribeSubnets')),
    aws.call('ec2', ec2('DescribeSecurityGroups')),
    aws.call('ec2', ec2('DescribeInstances')),
    aws.call('elasticloadbalancing', { query: 'Action=DescribeLoadBalancers&Version=2015-12-01' }),
    aws.call('s3', {}),
    aws.call('ssm', { target: 'AmazonSSM.DescribeParameters' }),
    aws.call('iam', { query: 'Action=ListRoles&Version=2010-05-08&MaxItems=1000' }),
    aws.call('logs', { target: 'Logs_20140328.DescribeLogGroups', body: {} }),
  ]);
  return new Map([
    ['aws_vpc', all(vpcs, /<vpcId>(vpc-\w+)<\/vpcId>/g)],
    ['aws_subnet', all(subnets, /<subnetId>(subnet-\w+)<\/subnetId>/g)],
    ['aws_security_group', namedGroups(groups)],
    ['aws_instance', runningInstances(instances)],
    ['aws_lb', all(balancers, /<LoadBalancerArn>([^<]+)<\/LoadBalancerArn>/g)],
    ['aws_s3_bucket', all(buckets, /<Name>([^<]+)<\/Name>/g)],
    ['aws_ssm_parameter', all(parameters, /"Name": ?"([^"]+)"/g)],
    ['aws_iam_role', all(roles, /<RoleName>([^<]+)<\/RoleName>/g)],
    ['aws_cloudwatch_log_group', all(logs, /"logGroupName": ?"([^"]+)"/g)],
  ]);
}

function namedGroups(answer: string): Set<string> {
  const items = answer.split(/(?=<groupId>sg-)/).slice(1);
  const named = items.filter((item) => !item.includes('<groupName>default<'));
  return new Set(named.map((item) => /<groupId>(sg-\w+)/.exec(item)?.[1] ?? ''));
}

function runningInstances(answer: string): Set<string> {
  const items = answer.split(/(?=<instanceId>i-)/).slice(1);
  const running = items.filter((item) => /<name>(pending|running|stopping|stopped)<\/name>/.test(item));
  return new Set(running.map((item) => /<instanceId>(i-\w+)/.exec(item)?.[1] ?? ''));
}

function all(text: string, pattern: RegExp): Set<string> {
  return new Set([...text.matchAll(pattern)].map(([, id = '']) => id));
}

/** Returns the objects in the first but not in the second. */
export function minus(objects: Objects, others: Objects): Objects {
  return new Map(
    [...objects].map(([type, ids]) => [type, new Set([...ids].filter((id) => !others.get(type)?.has(id)))]),
  );
}

export function countOf(objects: Objects): number {
  return [...objects.values()].reduce((sum, ids) => sum + ids.size, 0);
}

export function textOf(objects: Objects): string {
  return [...objects].flatMap(([type, ids]) => [...ids].map((id) => `${type} ${id}`)).join(', ');
}

type StateShape = {
  resources?: { mode: string; type: string; instances: { attributes?: { id?: string } | null }[] }[];
};

/** Returns the objects of a Terraform state, including replaced ones that still exist. */
export function stateObjects(state: StateShape | null | undefined): Objects {
  const found: Objects = new Map();
  for (const { mode, type, instances } of state?.resources ?? []) {
    if (mode !== 'managed') continue;
    const ids = found.get(type) ?? new Set();
    for (const { attributes } of instances) ids.add(attributes?.id ?? '');
    found.set(type, ids);
  }
  return found;
}
