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

test('an ordinary cancel leaves nothing that the state does not have', { skip }, async () => {
  const code = `${manyGroups('cancelled', 10)}
resource "aws_ssm_parameter" "p" {
  count = 10
  name  = "cancelled-p\${count.index}"
  type  = "String"
  value = "x"
}
`;
  const jobId = await applying('cancelled', code, 3);
  await client.post(`/api/deploy/jobs/${jobId}/cancel`, {});
  const job = await client.finished(jobId);
  assert.deepEqual([job.status, job.endedBy], ['cancelled', 'interrupt']);
  slow.setFaults(prompt);
  const { body } = await client.get('/api/deploy/infrastructure/cancelled');
  assert.equal(body.stateUncertain, null);
  const { state } = (await client.get('/api/deploy/state/cancelled')).body;
  const recorded = state.resources.flatMap((resource: { instances: unknown[] }) => resource.instances).length;
  const parameters = await aws.call('ssm', { target: 'AmazonSSM.DescribeParameters' });
  const existing = (await groups('cancelled-')).length + (parameters.match(/"cancelled-p\d+"/g)?.length ?? 0);
  assert.equal(recorded, existing);
  await client.complete('/api/deploy', { projectId: 'cancelled', iacCode: code });
  await destroyed('cancelled');
  assert.deepEqual(await groups('cancelled-'), []);
});

test('providers under an alias are journaled, too, each with its own configuration', { skip }, async () => {
  const code = `${provider}
provider "aws" {
  alias  = "west"
  region = "us-west-2"
}
resource "aws_ssm_parameter" "east" {
  count = 4
  name  = "aliased-east\${count.index}"
  type  = "String"
  value = "x"
}
resource "aws_ssm_parameter" "west" {
  count    = 4
  provider = aws.west
  name     = "aliased-west\${count.index}"
  type     = "String"
  value    = "x"
}
`;
  const jobId = await applying('aliased', code, 1);
  signalAll(findProcesses([engine.directory], terraformProgram), 'SIGKILL');
  await client.finished(jobId);
  slow.setFaults(prompt);
  const { body } = await client.get('/api/deploy/infrastructure/aliased');
  assert.equal(body.stateUncertain, null);
  const regionOf = (text: string) => /arn:aws:ssm:([\w-]+):/.exec(text)?.[1];
  for (const { name, instances } of body.terraformState.resources)
    for (const instance of instances)
      assert.equal(regionOf(instance.attributes.arn), name === 'west' ? 'us-west-2' : 'us-east-1');
  await client.complete('/api/deploy', { projectId: 'aliased', iacCode: code });
  await destroyed('aliased');
});

test('what a search can not tell apart stays reported through a destroy, until a person deletes or acknowledges it', {
  skip,
}, async () => {
  const code = manyGroups('apart', 2);
  const jobId = await applying('apart', code, 0);
  await waitFor('objects in the cloud', async () => (await groups('apart-')).length === 2);
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
  await destroyed('apart', 'destroyed_with_orphans');
  assert.equal((await groups('apart-')).length, 2);
  const [first, second] = (await orphansOf('apart')).filter(({ status }) => status === 'unresolved');
  assert.ok(first && second);

  const { body } = await client.post('/api/deploy/orphans/apart/delete', { orphanIds: [first.id] });
  await waiting(body.jobId);
  await client.post(`/api/deploy/jobs/${body.jobId}/cancel`, {});
  assert.equal((await groups('apart-')).length, 2, 'nothing is deleted without approval');
  const again = await client.post('/api/deploy/orphans/apart/delete', { orphanIds: [first.id] });
  await waiting(again.body.jobId);
  await approve(again.body.jobId);
  const deletion = await client.finished(again.body.jobId);
  assert.equal(deletion.status, 'completed', deletion.error);
  assert.equal((await groups('apart-')).length, 1);

  const said = { orphanIds: [second.id], reason: 'kept for an audit' };
  const acknowledged = await client.post('/api/deploy/orphans/apart/acknowledge', said);
  assert.equal(acknowledged.body.unresolved, 0, JSON.stringify(acknowledged.body));
  assert.deepEqual((await orphansOf('apart')).map(({ status }) => status).toSorted(), [
    'acknowledged',
    'deleted',
  ]);
  const { body: infrastructure } = await client.get('/api/deploy/infrastructure/apart');
  assert.equal(infrastructure.deploymentStatus, 'destroyed');
});

test('an object of another project is never taken over without approval, however the creation of one like it ended', {
  skip,
}, async () => {
  slow.setFaults(prompt);
  const table = (name: string) => `${provider}
resource "aws_ssm_parameter" "p" {
  name  = "${name}"
  type  = "String"
  value = "mine"
}
`;
  await client.complete('/api/deploy', { projectId: 'victim', iacCode: table('of-victim') });
  slow.setFaults(late);
  const { body } = await client.post('/api/deploy', { projectId: 'thief', iacCode: table('of-victim') });
  await waitFor('the creation', async () => {
    const { body: job } = await client.get(`/api/deploy/status/${body.jobId}`);
    return job.step === 'apply' || job.endTime !== null;
  });
  await client.post(`/api/deploy/jobs/${body.jobId}/cancel`, { graceSeconds: 0 });
  await client.finished(body.jobId);
  slow.setFaults(prompt);
  const second = await client.post('/api/deploy', { projectId: 'thief', iacCode: table('of-victim') });
  const job = await waitFor('the second deploy to wait or end', async () => {
    const { body: view } = await client.get(`/api/deploy/status/${second.body.jobId}`);
    return (view.status === 'awaiting_approval' || view.endTime !== null) && view;
  });
  assert.notEqual(job.status, 'completed', 'the parameter of the victim is taken');
  const { state } = (await client.get('/api/deploy/state/thief')).body;
  assert.deepEqual(state?.resources ?? [], []);
});
