import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Orphan } from '@deployment-engine/contracts';
import {
  findProcesses,
  findProxies,
  providerProgram,
  signalAll,
  terraformProgram,
} from './chaos/processes.ts';
import { type SlowAws, startSlowAws } from './chaos/slow-aws.ts';
import { createClient } from './support/client.ts';
import { Engine } from './support/engine.ts';
import { type LocalAws, skipWithoutAws, startLocalAws } from './support/local-aws.ts';
import { waitFor } from './support/wait.ts';

const skip = skipWithoutAws();
const provider = `
terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}
provider "aws" {
  region = "us-east-1"
}
`;

let aws: LocalAws;
let slow: SlowAws;
let engine: Engine;
let client: ReturnType<typeof createClient>;

before(async () => {
  if (skip) return;
  aws = await startLocalAws();
  slow = await startSlowAws(aws.url, () => 1);
  engine = await Engine.start({
    gatewayEnv: { ...aws.env, AWS_ENDPOINT_URL: slow.url, ORPHAN_ABSENCE_SECONDS: '0' },
  });
  client = createClient(engine.url);
});
after(async () => {
  await engine?.[Symbol.asyncDispose]();
  await slow?.stop();
  await aws?.stop();
});

/** Every call answers so late that creates are in flight whenever a test looks. */
const late = { delayMs: 1500, loseAnswers: 0, breakBefore: 0 };
const prompt = { delayMs: 0, loseAnswers: 0, breakBefore: 0 };

/** Starts a deploy and waits until some resources are finished and others in flight. */
async function applying(projectId: string, iacCode: string, finished: number): Promise<string> {
  slow.setFaults(late);
  const { body } = await client.post('/api/deploy', { projectId, iacCode });
  await waitFor('resources in flight', async () => {
    const { body: job } = await client.get(`/api/deploy/status/${body.jobId}`);
    assert.equal(job.endTime, null, job.error);
    return job.step === 'apply' && job.resources.finished >= finished;
  });
  return body.jobId;
}

async function groups(prefix: string): Promise<string[]> {
  const text = await aws.call('ec2', { query: 'Action=DescribeSecurityGroups&Version=2016-11-15' });
  const items = text.split(/(?=<groupId>sg-)/).slice(1);
  return items
    .filter((item) => item.includes(`<groupName>${prefix}`))
    .map((item) => /<groupId>([^<]+)/.exec(item)?.[1] ?? '')
    .toSorted();
}

const orphansOf = async (projectId: string): Promise<Orphan[]> =>
  (await client.get(`/api/deploy/orphans/${projectId}`)).body.orphans;

async function approve(jobId: string): Promise<void> {
  const { body } = await client.get(`/api/deploy/status/${jobId}`);
  const answer = await client.post(`/api/deploy/jobs/${jobId}/approve`, { planDigest: body.planDigest });
  assert.equal(answer.status, 202, JSON.stringify(answer.body));
}

async function waiting(jobId: string) {
  return waitFor('the job to wait for approval', async () => {
    const { body } = await client.get(`/api/deploy/status/${jobId}`);
    assert.equal(body.endTime, null, body.error);
    return body.status === 'awaiting_approval' && body;
  });
}

async function destroyed(projectId: string, status = 'destroyed'): Promise<void> {
  await client.complete('/api/deploy/destroy', { projectId });
  assert.equal((await client.get(`/api/deploy/infrastructure/${projectId}`)).body.deploymentStatus, status);
}

const manyGroups = (prefix: string, count: number) => `${provider}
resource "aws_security_group" "g" {
  count       = ${count}
  name_prefix = "${prefix}-"
}
`;

test('Terraform killed: every id that the cloud still told is in the state, and nothing is made twice', {
  skip,
}, async () => {
  const code = manyGroups('killed', 30);
  const jobId = await applying('killed', code, 8);
  assert.ok(signalAll(findProcesses([engine.directory], terraformProgram), 'SIGKILL') > 0);
  const job = await client.finished(jobId);
  assert.deepEqual([job.status, job.failure?.reason], ['failed', 'interrupted']);
  slow.setFaults(prompt);
  const { body } = await client.get('/api/deploy/infrastructure/killed');
  const inState = body.terraformState.resources.flatMap(
    (resource: { instances: { attributes: { id: string } }[] }) =>
      resource.instances.map(({ attributes }) => attributes.id),
  );
  assert.deepEqual(inState.toSorted(), await groups('killed-'));
  assert.equal(body.stateUncertain, null);
  const adopted = (await orphansOf('killed')).filter(
    ({ source, status }) => source === 'journal' && status === 'adopted',
  );
  assert.ok(adopted.length > 0, 'something was in flight');
  await client.complete('/api/deploy', { projectId: 'killed', iacCode: code });
  assert.equal((await groups('killed-')).length, 30);
  await destroyed('killed');
  assert.deepEqual(await groups('killed-'), []);
});

test('all killed at once: what may exist is searched for, waits for approval, and stays in the report until it is settled', {
  skip,
}, async () => {
  const code = `${manyGroups('lost', 4)}
resource "aws_ssm_parameter" "p" {
  count = 4
  name  = "lost-p\${count.index}"
  type  = "String"
  value = "x"
}
`;
  const jobId = await applying('lost', code, 0);
  await waitFor('objects in the cloud', async () => (await groups('lost-')).length === 4);
  const folders = [engine.directory];
  signalAll(
    [
      ...findProxies(folders),
      ...findProcesses(folders, terraformProgram),
      ...findProcesses(folders, providerProgram),
    ],
    'SIGKILL',
  );
  await client.finished(jobId);
  slow.setFaults(prompt);
  const reported = await orphansOf('lost');
  assert.ok(reported.some(({ type, status }) => type === 'aws_security_group' && status === 'unresolved'));

  const { body } = await client.post('/api/deploy', { projectId: 'lost', iacCode: code });
  const job = await waiting(body.jobId);
  assert.equal(job.waitingReason, 'unaccounted_objects');
  const candidates = new Set((await orphansOf('lost')).flatMap(({ candidates: ids }) => ids));
  assert.ok(
    (await groups('lost-')).every((id) => candidates.has(id)),
    'the groups are found by their prefix',
  );
  await approve(body.jobId);
  assert.equal((await client.finished(body.jobId)).status, 'completed');
  const settled = await orphansOf('lost');
  assert.ok(settled.every(({ status }) => status === 'adopted' || status === 'absent'));
  assert.ok(settled.some(({ type, source }) => type === 'aws_security_group' && source === 'search'));
  assert.equal((await groups('lost-')).length, 4);
  await destroyed('lost');
  assert.deepEqual(await groups('lost-'), []);
});
