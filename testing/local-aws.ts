import { execFileSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { createServer } from 'node:net';
import { type AwsNursery, type AwsRequest, forkAws, startAwsNursery } from './aws-nursery.ts';
import { startChild } from './child.ts';
import { waitFor } from './wait.ts';

const mirrors = [
  '/opt/tf-plugins',
  '/usr/share/terraform/plugins',
  '/usr/local/share/terraform/plugins',
  `${process.env.HOME}/.terraform.d/plugins`,
];

/** Returns the mirror that contains the AWS provider. */
export function providerMirror(): string | undefined {
  const candidates = process.env.TERRAFORM_PROVIDER_MIRROR
    ? [process.env.TERRAFORM_PROVIDER_MIRROR]
    : mirrors;
  return candidates.find(
    (mirror) =>
      globSync(`${mirror}/registry.terraform.io/hashicorp/aws/*/*/terraform-provider-aws_v5*`).length > 0,
  );
}

/** Returns what is missing for tests with the AWS provider and a local AWS. */
export function awsProblem(): string | undefined {
  if (!providerMirror()) return 'no AWS provider in a mirror (set TERRAFORM_PROVIDER_MIRROR)';
  try {
    execFileSync('sh', ['-c', 'command -v moto_server'], { stdio: 'ignore' });
  } catch {
    return 'moto_server is not on PATH';
  }
  return undefined;
}

/** Returns a reason to skip tests with AWS, or false. Throws if skipping is not allowed. */
export function skipWithoutAws(): string | false {
  const problem = awsProblem();
  if (problem && process.env.E2E_REQUIRE_AWS) throw new Error(`the AWS tests must run here, but ${problem}`);
  return problem ?? false;
}

export type LocalAws = {
  url: string;
  /** Settings that point a run's provider to this local AWS. */
  env: Record<string, string>;
  call(service: string, action: Action): Promise<string>;
  reset(): Promise<void>;
  stop(): Promise<void>;
};

/** Starts an empty local AWS on a random port and waits until it answers. */
export async function startLocalAws(): Promise<LocalAws> {
  const { aws, ready } = await launchLocalAws();
  await ready;
  return aws;
}

/** Starts one whose address is known at once. `ready` fulfills when it answers. */
export async function launchLocalAws(): Promise<{ aws: LocalAws; ready: Promise<void> }> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = (await forkAws(port)) ?? startChild('moto_server', ['-p', String(port)], { env: serverEnv });
  const aws: LocalAws = {
    url,
    env: {
      AWS_ENDPOINT_URL: url,
      AWS_ACCESS_KEY_ID: 'testing',
      AWS_SECRET_ACCESS_KEY: 'testing-secret-key',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_REGION: 'us-east-1',
    },
    call: (service, action) => call(url, service, action),
    reset: async () => void (await fetch(`${url}/moto-api/reset`, { method: 'POST' })),
    stop: () => server.stop(),
  };
  return { aws, ready: answers(url).then(() => warmUp(url)) };
}

const serverEnv = {
  PATH: process.env.PATH ?? '',
  HOME: process.env.HOME ?? '/',
  MOTO_IAM_LOAD_MANAGED_POLICIES: 'true',
};

/** Starts what test files fork their local AWS from; `undefined` if it is not installed. */
export function startNursery(): Promise<AwsNursery | undefined> | undefined {
  return awsProblem() === undefined
    ? startAwsNursery(
        warmUpCalls.map(([service, action]) => requestOf(service, action)),
        serverEnv,
      )
    : undefined;
}

/** Asks what costs little: `/moto-api/data.json` loads every service. */
function answers(url: string): Promise<boolean> {
  return waitFor('the local AWS to answer', () =>
    call(url, 'sts', getCallerIdentity).then(
      (answer) => answer.includes('GetCallerIdentityResult'),
      () => false,
    ),
  );
}

const getCallerIdentity = { query: 'Action=GetCallerIdentity&Version=2011-06-15' };

type Action = { target?: string; query?: string; body?: unknown; path?: string; method?: string };

/** The local AWS creates each service on its first call; two concurrent first calls would create it twice. */
const warmUpCalls: [service: string, action: Action][] = [
  ['ec2', { query: 'Action=DescribeVpcs&Version=2016-11-15' }],
  ['iam', { query: 'Action=ListRoles&Version=2010-05-08' }],
  ['sts', getCallerIdentity],
  ['elasticloadbalancing', { query: 'Action=DescribeLoadBalancers&Version=2015-12-01' }],
  ['cloudformation', { query: 'Action=ListStacks&Version=2010-05-15' }],
  ['dynamodb', { target: 'DynamoDB_20120810.ListTables' }],
  ['logs', { target: 'Logs_20140328.DescribeLogGroups' }],
  ['ecs', { target: 'AmazonEC2ContainerServiceV20141113.ListClusters' }],
  ['sqs', { target: 'AmazonSQS.ListQueues' }],
  ['lambda', { path: '/2015-03-31/functions/' }],
  ['apigateway', { path: '/restapis' }],
  ['ssm', { target: 'AmazonSSM.DescribeParameters' }],
  ['s3', {}],
];

async function warmUp(url: string): Promise<void> {
  for (const [service, action] of warmUpCalls) await call(url, service, action);
}

/** Makes one unsigned call. */
async function call(url: string, service: string, action: Action): Promise<string> {
  const { path, ...request } = requestOf(service, action);
  return (await fetch(`${url}${path}`, request)).text();
}

/** The local AWS reads the service from the credential scope. */
function requestOf(service: string, { target, query, body, path = '/', method }: Action): AwsRequest {
  const scope = `testing/20260101/us-east-1/${service}/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=00`;
  const json = { 'x-amz-target': target ?? '', 'content-type': 'application/x-amz-json-1.0' };
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  return {
    path,
    method: method ?? (target || query ? 'POST' : 'GET'),
    headers: { authorization, ...(target ? json : {}), ...(query ? form : {}) },
    ...(target ? { body: JSON.stringify(body ?? {}) } : query ? { body: query } : {}),
  };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}
