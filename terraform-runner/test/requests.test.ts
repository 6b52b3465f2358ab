import { problemSchema } from '@deployment-engine/contracts';
import supertest from 'supertest';
import { bootRunner, makeFolders, makeJob, writeRevision } from './support/boot.ts';
import { signed } from './support/client.ts';
import { sharedRunner } from './support/shared-runner.ts';

const fakeTerraform = `${import.meta.dirname}/support/fake-terraform.sh`;
const runner = sharedRunner({ slots: 1, terraformPath: fakeTerraform });

async function codeOf(answer: supertest.Test): Promise<string> {
  const { status, body } = await answer.expect('content-type', /^application\/problem\+json/);
  const problem = problemSchema.parse(body);
  expect(problem.status).toBe(status);
  return problem.code;
}

test('only the health check needs no signature', async () => {
  const app = supertest(runner.client.url);
  await app.get('/healthz').expect(200);
  for (const path of ['/runs', '/capacity', '/nowhere'])
    expect(await codeOf(app.get(path))).toBe('unauthenticated');
});

test('a replayed, an expired and a changed request are refused', async () => {
  const app = supertest(runner.client.url);
  const headers = signed('GET', '/capacity');
  await app.get('/capacity').set(headers).expect(200);
  expect(await codeOf(app.get('/capacity').set(headers))).toBe('unauthenticated');
  // The limit itself, 60 s, is tested with a clock in `runner-signature.test.ts`: here time goes on.
  for (const shift of [-61, 120]) {
    const timestamp = String(Math.floor(Date.now() / 1000) + shift);
    const expired = signed('GET', '/capacity', undefined, timestamp);
    expect(await codeOf(app.get('/capacity').set(expired))).toBe('unauthenticated');
  }
  const other = signed('GET', '/runs');
  expect(await codeOf(app.get('/capacity').set(other))).toBe('unauthenticated');
  const path = '/runs/a-bcdefgh/cancel';
  const changed = app.post(path).set(signed('POST', path, { graceSeconds: 1 }));
  expect(await codeOf(changed.type('json').send('{"graceSeconds":2}'))).toBe('unauthenticated');
});

test('a request signed before the runner started is refused as a possible replay', async () => {
  const timestamp = String(Math.floor(Date.now() / 1000) - 20);
  using own = makeFolders();
  await using restarted = await bootRunner(own, { slots: 1, terraformPath: fakeTerraform });
  const app = supertest(restarted.client.url);
  const headers = signed('GET', '/capacity', undefined, timestamp);
  expect(await codeOf(app.get('/capacity').set(headers))).toBe('unauthenticated');
  await app.get('/capacity').set(signed('GET', '/capacity')).expect(200);
});

test('invalid requests are refused with the place of the error', async () => {
  const { client } = runner;
  const digest = writeRevision(runner.folders, { 'main.tf': '' });
  for (const [more, pointer] of [
    [{ jobId: '../escape' }, '/jobId'],
    [{ projectId: 'a/b' }, '/projectId'],
    [{ rootModule: '../x' }, '/rootModule'],
    [{ revisionDigest: 'x' }, '/revisionDigest'],
    [{ unknown: 1 }, '/'],
  ] as const) {
    const job = makeJob(digest);
    const { body } = await client.send('PUT', `/runs/${job.planId}`, { ...job.plan, ...more });
    const problem = problemSchema.parse(body);
    expect([problem.code, problem.errors?.[0]?.pointer]).toStrictEqual(['invalid_request', pointer]);
  }
  expect(await codeOf(client.send('PUT', '/runs/..%2f..%2fetc', {}))).toBe('invalid_request');
  expect(await codeOf(client.send('GET', '/runs/deploy-unknown'))).toBe('run_not_found');
  expect(await codeOf(client.send('GET', '/nowhere'))).toBe('route_not_found');
});

test('a full runner takes no second run, and a run in progress cannot be removed', async () => {
  const { client } = runner;
  const digest = writeRevision(runner.folders, { 'main.tf': '', behaviour: 'end-on-interrupt' });
  const [first, second] = [makeJob(digest), makeJob(digest)];
  await client.put(first.planId, first.plan);
  expect(await codeOf(client.send('PUT', `/runs/${second.planId}`, second.plan))).toBe('no_capacity');
  const capacity = (await client.send('GET', '/capacity')).body;
  expect([capacity.free, capacity.runs]).toStrictEqual([0, [first.planId]]);
  expect(await codeOf(client.send('DELETE', `/runs/${first.planId}`))).toBe('run_conflict');
  await client.cancel(first.planId, 10);
  await client.finished(first.planId);
  await client.send('DELETE', `/runs/${first.planId}`).expect(204);
});
