import assert from 'node:assert/strict';
import type { Orphan } from '@deployment-engine/contracts';
import { testUnless } from '../scripts/jest/unless.ts';
import type { Client } from '../testing/client.ts';
import { skipWithoutAws } from '../testing/local-aws.ts';
import { waitFor } from '../testing/wait.ts';
import { findProcesses, signalAll, terraformProgram } from './chaos/processes.ts';
import { LateAws, late, manyGroups, prompt, awsProvider as provider } from './late-aws.ts';

const skip = skipWithoutAws();

let it: LateAws;
let client: Client;

beforeAll(async () => {
  if (skip) return;
  it = await LateAws.start();
  client = it.client;
});
afterAll(() => it?.[Symbol.asyncDispose]());

const groups = (prefix: string) => it.groups(prefix);

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
  expect((await client.get(`/api/deploy/infrastructure/${projectId}`)).body.deploymentStatus).toBe(status);
}

testUnless(skip)(
  'Terraform killed: every id that the cloud still told is in the state, and nothing is made twice',
  async () => {
    const code = manyGroups('killed', 30);
    const jobId = await it.applying('killed', code, 8);
    expect(signalAll(findProcesses([it.engine.directory], terraformProgram), 'SIGKILL')).toBeGreaterThan(0);
    const job = await client.finished(jobId);
    expect([job.status, job.failure?.reason]).toStrictEqual(['failed', 'interrupted']);
    it.slow.setFaults(prompt);
    const { body } = await client.get('/api/deploy/infrastructure/killed');
    const inState = body.terraformState.resources.flatMap(
      (resource: { instances: { attributes: { id: string } }[] }) =>
        resource.instances.map(({ attributes }) => attributes.id),
    );
    expect(inState.toSorted()).toStrictEqual(await groups('killed-'));
    expect(body.stateUncertain).toBe(null);
    const adopted = (await orphansOf('killed')).filter(
      ({ source, status }) => source === 'journal' && status === 'adopted',
    );
    assert.ok(adopted.length > 0, 'something was in flight');
    await client.complete('/api/deploy', { projectId: 'killed', iacCode: code });
    expect((await groups('killed-')).length).toBe(30);
    await destroyed('killed');
    expect(await groups('killed-')).toStrictEqual([]);
  },
);

testUnless(skip)(
  'all killed at once: possible objects are searched for, need approval, and stay in the report until they are settled',
  async () => {
    const code = `${manyGroups('lost', 4)}
resource "aws_ssm_parameter" "p" {
  count = 4
  name  = "lost-p\${count.index}"
  type  = "String"
  value = "x"
}
`;
    const jobId = await it.applying('lost', code, 0);
    await waitFor('objects in the cloud', async () => (await groups('lost-')).length === 4);
    it.killRuns();
    await client.finished(jobId);
    it.slow.setFaults(prompt);
    const reported = await orphansOf('lost');
    assert.ok(reported.some(({ type, status }) => type === 'aws_security_group' && status === 'unresolved'));

    const { body } = await client.post('/api/deploy', { projectId: 'lost', iacCode: code });
    const job = await waiting(body.jobId);
    expect(job.waitingReason).toBe('unaccounted_objects');
    const candidates = new Set((await orphansOf('lost')).flatMap(({ candidates: ids }) => ids));
    assert.ok(
      (await groups('lost-')).every((id) => candidates.has(id)),
      'the groups are found by their prefix',
    );
    await approve(body.jobId);
    expect((await client.finished(body.jobId)).status).toBe('completed');
    const settled = await orphansOf('lost');
    assert.ok(settled.every(({ status }) => status === 'adopted' || status === 'absent'));
    assert.ok(settled.some(({ type, source }) => type === 'aws_security_group' && source === 'search'));
    expect((await groups('lost-')).length).toBe(4);
    await destroyed('lost');
    expect(await groups('lost-')).toStrictEqual([]);
  },
);

testUnless(skip)('after an ordinary cancel the state has every object', async () => {
  const code = `${manyGroups('cancelled', 10)}
resource "aws_ssm_parameter" "p" {
  count = 10
  name  = "cancelled-p\${count.index}"
  type  = "String"
  value = "x"
}
`;
  const jobId = await it.applying('cancelled', code, 3);
  await client.post(`/api/deploy/jobs/${jobId}/cancel`, {});
  const job = await client.finished(jobId);
  expect([job.status, job.endedBy]).toStrictEqual(['cancelled', 'interrupt']);
  it.slow.setFaults(prompt);
  const { body } = await client.get('/api/deploy/infrastructure/cancelled');
  expect(body.stateUncertain).toBe(null);
  const { state } = (await client.get('/api/deploy/state/cancelled')).body;
  const recorded = state.resources.flatMap((resource: { instances: unknown[] }) => resource.instances).length;
  const parameters = await it.aws.call('ssm', { target: 'AmazonSSM.DescribeParameters' });
  const existing = (await groups('cancelled-')).length + (parameters.match(/"cancelled-p\d+"/g)?.length ?? 0);
  expect(recorded).toBe(existing);
  await client.complete('/api/deploy', { projectId: 'cancelled', iacCode: code });
  await destroyed('cancelled');
  expect(await groups('cancelled-')).toStrictEqual([]);
});

testUnless(skip)('providers under an alias are journaled, too, each with its own configuration', async () => {
  const code = `${provider}
provider "aws" {
  alias  = "west"
  region = "us-west-2"
}
resource "aws_ssm_parameter" "east" {
  count = 12
  name  = "aliased-east\${count.index}"
  type  = "String"
  value = "x"
}
resource "aws_ssm_parameter" "west" {
  count    = 12
  provider = aws.west
  name     = "aliased-west\${count.index}"
  type     = "String"
  value    = "x"
}
`;
  const jobId = await it.applying('aliased', code, 1);
  signalAll(findProcesses([it.engine.directory], terraformProgram), 'SIGKILL');
  await client.finished(jobId);
  it.slow.setFaults(prompt);
  const { body } = await client.get('/api/deploy/infrastructure/aliased');
  expect(body.stateUncertain).toBe(null);
  const regionOf = (text: string) => /arn:aws:ssm:([\w-]+):/.exec(text)?.[1];
  for (const { name, instances } of body.terraformState.resources)
    for (const instance of instances)
      expect(regionOf(instance.attributes.arn)).toBe(name === 'west' ? 'us-west-2' : 'us-east-1');
  await client.complete('/api/deploy', { projectId: 'aliased', iacCode: code });
  await destroyed('aliased');
});

testUnless(skip)(
  'orphans that a search cannot tell apart stay reported after a destroy, until a person deletes or acknowledges them',
  async () => {
    const code = manyGroups('apart', 2);
    const jobId = await it.applying('apart', code, 0);
    await waitFor('objects in the cloud', async () => (await groups('apart-')).length === 2);
    it.killRuns();
    await client.finished(jobId);
    it.slow.setFaults(prompt);
    await destroyed('apart', 'destroyed_with_orphans');
    expect((await groups('apart-')).length).toBe(2);
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
    expect((await groups('apart-')).length).toBe(1);

    const said = { orphanIds: [second.id], reason: 'kept for an audit' };
    const acknowledged = await client.post('/api/deploy/orphans/apart/acknowledge', said);
    assert.equal(acknowledged.body.unresolved, 0, JSON.stringify(acknowledged.body));
    expect((await orphansOf('apart')).map(({ status }) => status).toSorted()).toStrictEqual([
      'acknowledged',
      'deleted',
    ]);
    const { body: infrastructure } = await client.get('/api/deploy/infrastructure/apart');
    expect(infrastructure.deploymentStatus).toBe('destroyed');
  },
);

testUnless(skip)(
  'another project’s object is never taken over without approval, however the creation of a similar one ended',
  async () => {
    it.slow.setFaults(prompt);
    const table = (name: string) => `${provider}
resource "aws_ssm_parameter" "p" {
  name  = "${name}"
  type  = "String"
  value = "mine"
}
`;
    await client.complete('/api/deploy', { projectId: 'victim', iacCode: table('of-victim') });
    it.slow.setFaults(late);
    const { body } = await client.post('/api/deploy', { projectId: 'thief', iacCode: table('of-victim') });
    await waitFor('the creation', async () => {
      const { body: job } = await client.get(`/api/deploy/status/${body.jobId}`);
      return job.step === 'apply' || job.endTime !== null;
    });
    await client.post(`/api/deploy/jobs/${body.jobId}/cancel`, { graceSeconds: 0 });
    await client.finished(body.jobId);
    it.slow.setFaults(prompt);
    const second = await client.post('/api/deploy', { projectId: 'thief', iacCode: table('of-victim') });
    const job = await waitFor('the second deploy to wait or end', async () => {
      const { body: view } = await client.get(`/api/deploy/status/${second.body.jobId}`);
      return (view.status === 'awaiting_approval' || view.endTime !== null) && view;
    });
    assert.notEqual(job.status, 'completed', 'the parameter of the victim is taken');
    const { state } = (await client.get('/api/deploy/state/thief')).body;
    expect(state?.resources ?? []).toStrictEqual([]);
  },
);
