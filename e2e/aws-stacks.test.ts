import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Files } from '@deployment-engine/contracts';
import pLimit from 'p-limit';
import { testsAtOnce } from '../scripts/jest/at-once.ts';
import { skipWithoutAws } from '../testing/local-aws.ts';
import { seedExample } from '../testing/seed-example.ts';
import { sharedAwsEngine } from '../testing/shared-engine.ts';

const skip = skipWithoutAws();

const { aws, client, engine } = sharedAwsEngine(skip);

type Status = { status: string; progress: number; error?: string };

/** Reads a stack's files; a zip is sent as base64. */
function stack(name: string): Files {
  const directory = join(import.meta.dirname, '..', 'testing', 'stacks', name);
  const entries = readdirSync(directory).map((file): [string, Files[string]] => {
    const content = readFileSync(join(directory, file));
    return [file, file.endsWith('.zip') ? { base64: content.toString('base64') } : content.toString()];
  });
  return Object.fromEntries(entries);
}

const tables = async () =>
  (await aws().call('dynamodb', { target: 'DynamoDB_20120810.ListTables' })).match(
    /"TableNames": ?\[(.*?)\]/,
  )?.[1] ?? '';
const functions = () => aws().call('lambda', { path: '/2015-03-31/functions/' });
const queues = () => aws().call('sqs', { target: 'AmazonSQS.ListQueues' });

/** For tests that count all tables and functions of the account, or create some. */
const inTurn = pLimit(1);

testsAtOnce(skip, {
  'API Gateway, Lambda and DynamoDB: deploy, again, change, read, destroy': () =>
    inTurn(async () => {
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
      expect(first.plan?.create).toBe(18);
      expect(first.resources.finished).toBe(18);
      expect(await tables()).toMatch(/"acme-dev-items"/);
      expect(await functions()).toMatch(/acme-dev-api/);
      expect(String(first.result?.outputs.api_url)).toMatch(/execute-api\.us-east-1/);

      const again = await client.complete('/api/deploy', { projectId, files });
      expect([again.plan?.create, again.plan?.update, again.plan?.delete, again.plan?.replace]).toStrictEqual(
        [0, 0, 0, 0],
      );

      const changed = await client.complete('/api/deploy', {
        projectId,
        files,
        variables: { memory_mb: 512 },
      });
      expect(changed.plan?.update).toBe(1);
      expect(await functions()).toMatch(/"MemorySize": ?512/);

      const state = await client.get(`/api/deploy/state/${projectId}`);
      assert.ok(
        state.body.state.resources.some(
          (resource: { type: string }) => resource.type === 'aws_dynamodb_table',
        ),
      );
      const costs = await client.get(`/api/deploy/costs/${projectId}`);
      expect(costs.body.source).toBe('state');
      expect(costs.body.costs.resourceCounts.aws_dynamodb_table).toBe(1);

      await client.complete('/api/deploy/destroy', { projectId });
      expect(await tables()).toBe('');
      expect(await functions()).not.toMatch(/acme-/);
    }),

  'ECS blue-green: traffic moves by a variable': async () => {
    const projectId = 'ecs';
    const files = stack('e_ecs_bluegreen');
    await client.complete('/api/deploy', { projectId, files });
    const clusters = () =>
      aws().call('ecs', {
        target: 'AmazonEC2ContainerServiceV20141113.DescribeClusters',
        body: { clusters: ['acme-dev'] },
      });
    expect(await clusters()).toMatch(/"status": ?"ACTIVE"/);
    const shifted = await client.complete('/api/deploy', {
      projectId,
      files,
      variables: { green_weight: 10 },
    });
    expect(shifted.plan?.update ?? 0).toBeGreaterThanOrEqual(1);
    expect(shifted.plan?.create).toBe(0);
    await client.complete('/api/deploy/destroy', { projectId });
    expect(await clusters()).not.toMatch(/"status": ?"ACTIVE"/);
  },

  'CloudFormation from a template file': () =>
    inTurn(async () => {
      const projectId = 'cfn';
      const job = await client.complete('/api/deploy', { projectId, files: stack('l_cfn') });
      expect(JSON.stringify(job.result?.outputs.outputs)).toMatch(/acme-dev-cfn-assets/);
      expect(await aws().call('s3', {})).toMatch(/<Name>acme-dev-cfn-assets<\/Name>/);
      expect(await queues()).toMatch(/acme-dev-cfn-q/);
      await client.complete('/api/deploy/destroy', { projectId });
      expect(await aws().call('s3', {})).not.toMatch(/acme-dev-cfn-assets/);
    }),

  'Lambda canary: a release publishes a version and shifts weight': () =>
    inTurn(async () => {
      const projectId = 'canary';
      const files = stack('p_lambda_canary');
      const first = await client.complete('/api/deploy', { projectId, files });
      expect(first.result?.outputs.version).toBe('1');
      const second = await client.complete('/api/deploy', {
        projectId,
        files,
        variables: { release: '2', canary_weight: 0.1 },
      });
      expect(second.result?.outputs.version).toBe('2');
      await client.complete('/api/deploy/destroy', { projectId });
      expect(await functions()).not.toMatch(/acme-dev-canary/);
    }),

  "the documentation's own JavaScript workflow runs as written": () =>
    inTurn(async () => {
      const projectId = 'project-123';
      const base = (path: string, init?: RequestInit) => fetch(`${engine().url}${path}`, init);
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
      expect(infraStatus.deploymentStatus).toBe('deployed');
      assert.ok(infraStatus.deploymentOutputs.api_gateway_url);
      const costs = await json(base(`/api/deploy/costs/${projectId}`));
      expect(typeof costs.costs.total).toBe('number');
      const destroyResponse = await base('/api/deploy/destroy', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ projectId }),
      });
      const { jobId: destroyJobId } = await json(Promise.resolve(destroyResponse));
      expect((await client.finished(destroyJobId)).status).toBe('completed');
      const response = await base('/api/deploy', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ projectId, iacCode: '' }),
      });
      expect(response.ok).toBe(false);
      expect((await json(Promise.resolve(response))).error).toMatch(/iacCode is empty/);
    }),
});
