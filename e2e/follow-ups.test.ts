import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createClient } from './support/client.ts';
import { Engine } from './support/engine.ts';
import { waitFor } from './support/wait.ts';

let engine: Engine;
let client: ReturnType<typeof createClient>;
before(async () => {
  engine = await Engine.start();
  client = createClient(engine.url);
});
after(() => engine?.[Symbol.asyncDispose]());

const code =
  'variable "n" {}\nresource "terraform_data" "a" {\n  input = var.n\n}\noutput "n" { value = terraform_data.a.output }\n';
const deploy = (projectId: string, n: number, more = {}) =>
  client.complete('/api/deploy', { projectId, iacCode: code, variables: { n }, ...more });

test('rollback deploys the revision before with its variables, or the one that is named', async () => {
  await deploy('back', 1);
  await deploy('back', 2);
  await deploy('back', 3);
  const back = await client.complete('/api/deploy/rollback', { projectId: 'back' });
  assert.equal(back.type, 'rollback');
  assert.deepEqual(back.result?.outputs, { n: 2 });
  const first = await client.complete('/api/deploy/rollback', { projectId: 'back', toRevision: 1 });
  assert.deepEqual(first.result?.outputs, { n: 1 });
  const unknown = await client.post('/api/deploy/rollback', { projectId: 'back', toRevision: 99 });
  assert.equal(unknown.body.code, 'revision_not_found');
});

test('a deploy without auto-approval waits, and applies exactly the plan that is approved', async () => {
  const { body } = await client.post('/api/deploy', {
    projectId: 'gated',
    iacCode: code,
    variables: { n: 1 },
    autoApprove: false,
  });
  const waiting = await client.finished(body.jobId);
  assert.equal(waiting.status, 'awaiting_approval');
  assert.equal((await client.get('/api/deploy/infrastructure/gated')).body.deploymentStatus, 'pending');
  const path = `/api/deploy/jobs/${body.jobId}/approve`;
  const wrong = await client.post(path, { planDigest: 'a'.repeat(64) });
  assert.deepEqual([wrong.status, wrong.body.code], [409, 'plan_digest_mismatch']);
  assert.equal((await client.post(path, { planDigest: waiting.planDigest })).status, 202);
  const done = await waitFor('the apply', async () => {
    const job = (await client.get(`/api/deploy/status/${body.jobId}`)).body;
    return job.status === 'completed' && job;
  });
  assert.deepEqual(done.result.outputs, { n: 1 });
  const again = await client.post(path, { planDigest: waiting.planDigest });
  assert.equal(again.body.code, 'job_not_awaiting_approval');
});

test('a plan older than the state is refused', async () => {
  const { body } = await client.post('/api/deploy', {
    projectId: 'stale',
    iacCode: code,
    variables: { n: 1 },
    autoApprove: false,
  });
  const waiting = await client.finished(body.jobId);
  await deploy('stale', 2);
  const answer = await client.post(`/api/deploy/jobs/${body.jobId}/approve`, {
    planDigest: waiting.planDigest,
  });
  assert.deepEqual([answer.status, answer.body.code], [409, 'plan_stale']);
  const cancelled = await client.post(`/api/deploy/jobs/${body.jobId}/cancel`, {});
  assert.equal(cancelled.body.status, 'cancelled');
});

test('state versions list, download, differ and restore as a new serial', async () => {
  await deploy('versions', 1);
  await deploy('versions', 2);
  const list = (await client.get('/api/deploy/state/versions/versions')).body.versions;
  assert.ok(list.length >= 2);
  const [newest, oldest] = [list[0], list.at(-1)];
  assert.match(newest.sha256, /^[0-9a-f]{64}$/);
  const raw = await client.get(`/api/deploy/state/versions/versions/${oldest.id}`);
  assert.equal(raw.body.serial, oldest.serial);
  const diff = (await client.get(`/api/deploy/state/versions/diff?from=${oldest.id}&to=${newest.id}`)).body;
  assert.ok(diff.added.length + diff.changed.length > 0);
  const restored = await client.post(`/api/deploy/state/versions/versions/${oldest.id}/restore`, {});
  assert.equal(restored.status, 200);
  assert.equal(restored.body.version.serial, newest.serial + 1);
  assert.equal((await client.get('/api/deploy/state/versions')).body.state.serial, newest.serial + 1);
  const unknown = await client.get('/api/deploy/state/versions/versions/99999');
  assert.equal(unknown.body.code, 'state_version_not_found');
});

test('a time to live destroys the project when it is due', async () => {
  const job = await deploy('mortal', 1, { ttlSeconds: 60 });
  const { destroyAt } = (await client.get('/api/deploy/infrastructure/mortal')).body;
  assert.ok(Math.abs(Date.parse(destroyAt) - Date.parse(job.endTime ?? '') - 60_000) < 5000);
  const tooShort = await client.post('/api/deploy', { projectId: 'mortal', iacCode: code, ttlSeconds: 1 });
  assert.equal(tooShort.status, 400);
});

test('a drift check of what has not drifted finds nothing', async () => {
  await deploy('steady', 1);
  const job = await client.complete('/api/deploy/drift/steady', {});
  const report = (await client.get('/api/deploy/drift/steady')).body;
  assert.deepEqual([report.jobId, report.drifted, report.resources], [job.jobId, false, []]);
  assert.equal((await client.get('/api/deploy/infrastructure/steady')).body.deploymentStatus, 'deployed');
});

test('a drift schedule that is no cron expression is refused with a pointer', async () => {
  const bad = await client.request('PUT', '/api/deploy/drift/steady/schedule', { cron: 'sometimes' });
  assert.deepEqual([bad.status, bad.body.errors?.[0]?.pointer], [400, '/cron']);
  const good = await client.request('PUT', '/api/deploy/drift/steady/schedule', { cron: '0 6 * * *' });
  assert.equal(good.body.cron, '0 6 * * *');
  assert.equal((await client.get('/api/deploy/drift/steady')).body.schedule, '0 6 * * *');
});
