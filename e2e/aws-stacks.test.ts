import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Files } from '@deployment-engine/contracts';
import { createClient } from './support/client.ts';
import { Engine } from './support/engine.ts';
import { type LocalAws, skipWithoutAws, startLocalAws } from './support/local-aws.ts';
import { seedExample } from './support/seed-example.ts';

const skip = skipWithoutAws();
let aws: LocalAws;
let engine: Engine;
let client: ReturnType<typeof createClient>;

before(async () => {
  if (skip) return;
  aws = await startLocalAws();
  engine = await Engine.start({ gatewayEnv: aws.env });
  client = createClient(engine.url);
});
after(async () => {
  await engine?.[Symbol.asyncDispose]();
  await aws?.stop();
});

type Status = { status: string; progress: number; error?: string };

/** A stack's files; a zip goes as base64. */
function stack(name: string): Files {
  const directory = join(import.meta.dirname, '..', 'stacks', name);
  const entries = readdirSync(directory).map((file): [string, Files[string]] => {
    const content = readFileSync(join(directory, file));
    return [file, file.endsWith('.zip') ? { base64: content.toString('base64') } : content.toString()];
  });
  return Object.fromEntries(entries);
}

const tables = async () =>
  (await aws.call('dynamodb', { target: 'DynamoDB_20120810.ListTables' })).match(
    /"TableNames": ?\[(.*?)\]/,
  )?.[1] ?? '';
const functions = () => aws.call('lambda', { path: '/2015-03-31/functions/' });
const queues = () => aws.call('sqs', { target: 'AmazonSQS.ListQueues' });

test('API Gateway, Lambda and DynamoDB: deploy, again, change, read, destroy', { skip }, async () => {
  const projectId = 'api';
  const files: Files = {
    ...stack('a_apigw_lambda_ddb'),
    'memory.tf': 'variable "memory_mb" {\n  default = 256\n}\n',
  };
  files['main.tf'] = String(files['main.tf']).replace(
    'memory_size      = 256',
    'memory_size      = var.memory_mb',
  );
  const first = await client.complete('/api/deploy', { projectId, files });
  assert.equal(first.plan?.create, 18);
  assert.equal(first.resources.finished, 18);
  assert.match(await tables(), /"acme-dev-items"/);
  assert.match(await functions(), /acme-dev-api/);
  assert.match(String(first.result?.outputs.api_url), /execute-api\.us-east-1/);

  const again = await client.complete('/api/deploy', { projectId, files });
  assert.deepEqual(
    [again.plan?.create, again.plan?.update, again.plan?.delete, again.plan?.replace],
    [0, 0, 0, 0],
  );

  const changed = await client.complete('/api/deploy', { projectId, files, variables: { memory_mb: 512 } });
  assert.equal(changed.plan?.update, 1);
  assert.match(await functions(), /"MemorySize": ?512/);

  const state = await client.get(`/api/deploy/state/${projectId}`);
  assert.ok(
    state.body.state.resources.some((resource: { type: string }) => resource.type === 'aws_dynamodb_table'),
  );
  const costs = await client.get(`/api/deploy/costs/${projectId}`);
  assert.equal(costs.body.source, 'state');
  assert.equal(costs.body.costs.resourceCounts.aws_dynamodb_table, 1);

  await client.complete('/api/deploy/destroy', { projectId });
  assert.equal(await tables(), '');
  assert.doesNotMatch(await functions(), /acme-/);
});

test('ECS blue-green: traffic moves by a variable', { skip }, async () => {
  const projectId = 'ecs';
  const files = stack('e_ecs_bluegreen');
  await client.complete('/api/deploy', { projectId, files });
  const clusters = () =>
    aws.call('ecs', {
      target: 'AmazonEC2ContainerServiceV20141113.DescribeClusters',
      body: { clusters: ['acme-dev'] },
    });
  assert.match(await clusters(), /"status": ?"ACTIVE"/);
  const shifted = await client.complete('/api/deploy', { projectId, files, variables: { green_weight: 10 } });
  assert.ok((shifted.plan?.update ?? 0) >= 1);
  assert.equal(shifted.plan?.create, 0);
  await client.complete('/api/deploy/destroy', { projectId });
  assert.doesNotMatch(await clusters(), /"status": ?"ACTIVE"/);
});

test('CloudFormation from a template file', { skip }, async () => {
  const projectId = 'cfn';
  const job = await client.complete('/api/deploy', { projectId, files: stack('l_cfn') });
  assert.match(JSON.stringify(job.result?.outputs.outputs), /acme-dev-cfn-assets/);
  assert.match(await aws.call('s3', {}), /<Name>acme-dev-cfn-assets<\/Name>/);
  assert.match(await queues(), /acme-dev-cfn-q/);
  await client.complete('/api/deploy/destroy', { projectId });
  assert.doesNotMatch(await aws.call('s3', {}), /acme-dev-cfn-assets/);
});

test('Lambda canary: a release publishes a version and shifts weight', { skip }, async () => {
  const projectId = 'canary';
  const files = stack('p_lambda_canary');
  const first = await client.complete('/api/deploy', { projectId, files });
  assert.equal(first.result?.outputs.version, '1');
  const second = await client.complete('/api/deploy', {
    projectId,
    files,
    variables: { release: '2', canary_weight: 0.1 },
  });
  assert.equal(second.result?.outputs.version, '2');
  await client.complete('/api/deploy/destroy', { projectId });
  assert.doesNotMatch(await functions(), /acme-dev-canary/);
});

test("the documentation's own JavaScript workflow runs as written", { skip }, async () => {
  const projectId = 'project-123';
  const base = (path: string, init?: RequestInit) => fetch(`${engine.url}${path}`, init);
  // biome-ignore lint/suspicious/noExplicitAny: read as a page's script reads it
  const json = async (answer: Promise<Response>): Promise<any> => (await answer).json();
  const iacResponse = { code: seedExample };
  const deployResponse = await base('/api/deploy', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ projectId, iacCode: iacResponse.code }),
  });
  const { jobId } = (await deployResponse.json()) as { jobId: string };
  const seen: number[] = [];
  const status = await new Promise<Status>((resolve) => {
    const checkStatus = async () => {
      const statusResponse = await base(`/api/deploy/status/${jobId}`);
      const status = (await statusResponse.json()) as Status;
      if (status.status === 'completed' || status.status === 'failed') resolve(status);
      else {
        seen.push(status.progress);
        setTimeout(checkStatus, 100);
      }
    };
    checkStatus();
  });
  assert.equal(status.status, 'completed', status.error);
  assert.ok(seen.every((progress) => progress >= 0 && progress < 100));
  const infraStatus = await json(base(`/api/deploy/infrastructure/${projectId}`));
  assert.equal(infraStatus.deploymentStatus, 'deployed');
  assert.ok(infraStatus.deploymentOutputs.api_gateway_url);
  const costs = await json(base(`/api/deploy/costs/${projectId}`));
  assert.equal(typeof costs.costs.total, 'number');
  const destroyResponse = await base('/api/deploy/destroy', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ projectId }),
  });
  const { jobId: destroyJobId } = await json(Promise.resolve(destroyResponse));
  assert.equal((await client.finished(destroyJobId)).status, 'completed');
  const response = await base('/api/deploy', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ projectId, iacCode: '' }),
  });
  assert.equal(response.ok, false);
  assert.match((await json(Promise.resolve(response))).error, /iacCode is empty/);
});
