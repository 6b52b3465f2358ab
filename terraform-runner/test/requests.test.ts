import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { problemSchema } from '@deployment-engine/contracts';
import { bootRunner, type Folders, makeFolders, makeJob, writeRevision } from './support/boot.ts';
import { signed } from './support/client.ts';

const fakeTerraform = `${import.meta.dirname}/support/fake-terraform.sh`;
let folders: Folders;
let runner: Awaited<ReturnType<typeof bootRunner>>;
before(async () => {
  folders = makeFolders();
  runner = await bootRunner(folders, { slots: 1, terraformPath: fakeTerraform });
});
after(async () => {
  await runner[Symbol.asyncDispose]();
  folders[Symbol.dispose]();
});

async function codeOf(response: Response): Promise<string> {
  assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/);
  const problem = problemSchema.parse(await response.json());
  assert.equal(problem.status, response.status);
  return problem.code;
}

test('only the health check needs no signature', async () => {
  const { url } = runner.client;
  assert.equal((await fetch(`${url}/healthz`)).status, 200);
  for (const path of ['/runs', '/capacity', '/nowhere'])
    assert.equal(await codeOf(await fetch(`${url}${path}`)), 'unauthenticated');
});

test('a replayed, an expired and a changed request are refused', async () => {
  const { url } = runner.client;
  const headers = signed('GET', '/capacity');
  assert.equal((await fetch(`${url}/capacity`, { headers })).status, 200);
  assert.equal(await codeOf(await fetch(`${url}/capacity`, { headers })), 'unauthenticated');
  for (const shift of [-61, 61]) {
    const timestamp = String(Math.floor(Date.now() / 1000) + shift);
    const expired = signed('GET', '/capacity', undefined, timestamp);
    assert.equal(await codeOf(await fetch(`${url}/capacity`, { headers: expired })), 'unauthenticated');
  }
  const other = signed('GET', '/runs');
  assert.equal(await codeOf(await fetch(`${url}/capacity`, { headers: other })), 'unauthenticated');
  const body = JSON.stringify({ graceSeconds: 2 });
  const changed = signed('POST', '/runs/a-bcdefgh/cancel', { graceSeconds: 1 });
  const answer = await fetch(`${url}/runs/a-bcdefgh/cancel`, { method: 'POST', headers: changed, body });
  assert.equal(await codeOf(answer), 'unauthenticated');
});

test('what was signed before the runner started may be a replay', async () => {
  const timestamp = String(Math.floor(Date.now() / 1000) - 20);
  using own = makeFolders();
  await using restarted = await bootRunner(own, { slots: 1, terraformPath: fakeTerraform });
  const { url } = restarted.client;
  const headers = signed('GET', '/capacity', undefined, timestamp);
  assert.equal(await codeOf(await fetch(`${url}/capacity`, { headers })), 'unauthenticated');
  assert.equal((await fetch(`${url}/capacity`, { headers: signed('GET', '/capacity') })).status, 200);
});

test('wrong requests are refused with the place of the fault', async () => {
  const { client } = runner;
  const digest = writeRevision(folders, { 'main.tf': '' });
  for (const [more, pointer] of [
    [{ jobId: '../escape' }, '/jobId'],
    [{ projectId: 'a/b' }, '/projectId'],
    [{ rootModule: '../x' }, '/rootModule'],
    [{ revisionDigest: 'x' }, '/revisionDigest'],
    [{ unknown: 1 }, '/'],
  ] as const) {
    const job = makeJob(digest);
    const response = await client.send('PUT', `/runs/${job.planId}`, { ...job.plan, ...more });
    const problem = problemSchema.parse(await response.json());
    assert.deepEqual([problem.code, problem.errors?.[0]?.pointer], ['invalid_request', pointer]);
  }
  assert.equal(await codeOf(await client.send('PUT', '/runs/..%2f..%2fetc', {})), 'invalid_request');
  assert.equal(await codeOf(await client.send('GET', '/runs/deploy-unknown')), 'run_not_found');
  assert.equal(await codeOf(await client.send('GET', '/nowhere')), 'route_not_found');
});

test('a full runner takes no second run, and a run in progress can not be removed', async () => {
  const { client } = runner;
  const digest = writeRevision(folders, { 'main.tf': '', behaviour: 'end-on-interrupt' });
  const [first, second] = [makeJob(digest), makeJob(digest)];
  await client.put(first.planId, first.plan);
  assert.equal(await codeOf(await client.send('PUT', `/runs/${second.planId}`, second.plan)), 'no_capacity');
  const capacity = (await (await client.send('GET', '/capacity')).json()) as { free: number; runs: string[] };
  assert.deepEqual([capacity.free, capacity.runs], [0, [first.planId]]);
  assert.equal(await codeOf(await client.send('DELETE', `/runs/${first.planId}`)), 'run_conflict');
  await client.cancel(first.planId, 10);
  await client.finished(first.planId);
  assert.equal((await client.send('DELETE', `/runs/${first.planId}`)).status, 204);
});
