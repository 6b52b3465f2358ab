import { testAtOnce } from '../scripts/jest/at-once.ts';
import { sharedEngine } from '../testing/shared-engine.ts';
import { waitFor } from '../testing/wait.ts';

// Each test has projects of its own.
const test = testAtOnce({ atMost: 4 });
const { client } = sharedEngine();

const code =
  'variable "n" {}\nresource "terraform_data" "a" {\n  input = var.n\n}\noutput "n" { value = terraform_data.a.output }\n';
const deploy = (projectId: string, n: number, more = {}) =>
  client.complete('/api/deploy', { projectId, iacCode: code, variables: { n }, ...more });

test('the clock of the engine checks for drift when it is scheduled, and destroys a project whose time is over', async () => {
  const job = await deploy('mortal', 1, { ttlSeconds: 60 });
  const { destroyAt } = (await client.get('/api/deploy/infrastructure/mortal')).body;
  expect(Math.abs(Date.parse(destroyAt) - Date.parse(job.endTime ?? '') - 60_000)).toBeLessThan(5000);
  await deploy('watched', 1);
  await client.request('PUT', '/api/deploy/drift/watched/schedule', { cron: '* * * * *' });

  const report = await waitFor(
    'a drift check that nobody asked for',
    async () => {
      const { body } = await client.get('/api/deploy/drift/watched');
      return body.jobId ? body : undefined;
    },
    120_000,
  );
  expect([report.status, report.schedule]).toStrictEqual(['in_sync', '* * * * *']);
  await client.request('PUT', '/api/deploy/drift/watched/schedule', { cron: null });

  const gone = await waitFor(
    'the project to be destroyed',
    async () => {
      const { body } = await client.get('/api/deploy/infrastructure/mortal');
      return body.deploymentStatus === 'destroyed' ? body : undefined;
    },
    120_000,
  );
  expect(gone.destroyAt ?? null).toBe(null);
  expect((await client.get('/api/deploy/state/mortal')).body.state.resources).toStrictEqual([]);
  const { jobs } = (await client.get('/api/deploy/jobs?projectId=mortal')).body;
  expect(jobs.map(({ type, status }: { type: string; status: string }) => `${type} ${status}`)).toStrictEqual(
    ['destroy completed', 'deploy completed'],
  );
  expect(Date.parse(jobs[0].startTime)).toBeGreaterThanOrEqual(Date.parse(destroyAt) - 1000);
});

test('rollback deploys the revision before with its variables, or the one that is named', async () => {
  await deploy('back', 1);
  await deploy('back', 2);
  await deploy('back', 3);
  const back = await client.complete('/api/deploy/rollback', { projectId: 'back' });
  expect(back.type).toBe('rollback');
  expect(back.result?.outputs).toStrictEqual({ n: 2 });
  const first = await client.complete('/api/deploy/rollback', { projectId: 'back', toRevision: 1 });
  expect(first.result?.outputs).toStrictEqual({ n: 1 });
  const unknown = await client.post('/api/deploy/rollback', { projectId: 'back', toRevision: 99 });
  expect(unknown.body.code).toBe('revision_not_found');
});

test('a deploy without auto-approval waits, and applies exactly the plan that is approved', async () => {
  const { body } = await client.post('/api/deploy', {
    projectId: 'gated',
    iacCode: code,
    variables: { n: 1 },
    autoApprove: false,
  });
  const waiting = await client.finished(body.jobId);
  expect(waiting.status).toBe('awaiting_approval');
  expect((await client.get('/api/deploy/infrastructure/gated')).body.deploymentStatus).toBe('pending');
  const path = `/api/deploy/jobs/${body.jobId}/approve`;
  const wrong = await client.post(path, { planDigest: 'a'.repeat(64) });
  expect([wrong.status, wrong.body.code]).toStrictEqual([409, 'plan_digest_mismatch']);
  expect((await client.post(path, { planDigest: waiting.planDigest })).status).toBe(202);
  const done = await waitFor('the apply', async () => {
    const job = (await client.get(`/api/deploy/status/${body.jobId}`)).body;
    return job.status === 'completed' && job;
  });
  expect(done.result.outputs).toStrictEqual({ n: 1 });
  const again = await client.post(path, { planDigest: waiting.planDigest });
  expect(again.body.code).toBe('job_not_awaiting_approval');
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
  expect([answer.status, answer.body.code]).toStrictEqual([409, 'plan_stale']);
  const cancelled = await client.post(`/api/deploy/jobs/${body.jobId}/cancel`, {});
  expect(cancelled.body.status).toBe('cancelled');
});

test('state versions list, download, differ and restore as a new serial', async () => {
  await deploy('versions', 1);
  await deploy('versions', 2);
  const list = (await client.get('/api/deploy/state/versions/versions')).body.versions;
  expect(list.length).toBeGreaterThanOrEqual(2);
  const [newest, oldest] = [list[0], list.at(-1)];
  expect(newest.sha256).toMatch(/^[0-9a-f]{64}$/);
  const raw = await client.get(`/api/deploy/state/versions/versions/${oldest.id}`);
  expect(raw.body.serial).toBe(oldest.serial);
  const diff = (await client.get(`/api/deploy/state/versions/diff?from=${oldest.id}&to=${newest.id}`)).body;
  expect(diff.added.length + diff.changed.length).toBeGreaterThan(0);
  const restored = await client.post(`/api/deploy/state/versions/versions/${oldest.id}/restore`, {});
  expect(restored.status).toBe(200);
  expect(restored.body.version.serial).toBe(newest.serial + 1);
  expect((await client.get('/api/deploy/state/versions')).body.state.serial).toBe(newest.serial + 1);
  const unknown = await client.get('/api/deploy/state/versions/versions/99999');
  expect(unknown.body.code).toBe('state_version_not_found');
});

test('a time to live shorter than a minute is refused', async () => {
  const tooShort = await client.post('/api/deploy', { projectId: 'too-short', iacCode: code, ttlSeconds: 1 });
  expect(tooShort.status).toBe(400);
});

test('a drift check without drift finds nothing; a wrong cron expression is refused, and the answer points at it', async () => {
  await deploy('steady', 1);
  const job = await client.complete('/api/deploy/drift/steady', {});
  const report = (await client.get('/api/deploy/drift/steady')).body;
  expect([report.jobId, report.drifted, report.resources]).toStrictEqual([job.jobId, false, []]);
  expect((await client.get('/api/deploy/infrastructure/steady')).body.deploymentStatus).toBe('deployed');

  const bad = await client.request('PUT', '/api/deploy/drift/steady/schedule', { cron: 'sometimes' });
  expect([bad.status, bad.body.errors?.[0]?.pointer]).toStrictEqual([400, '/cron']);
  const good = await client.request('PUT', '/api/deploy/drift/steady/schedule', { cron: '0 6 * * *' });
  expect(good.body.cron).toBe('0 6 * * *');
  expect((await client.get('/api/deploy/drift/steady')).body.schedule).toBe('0 6 * * *');
});
