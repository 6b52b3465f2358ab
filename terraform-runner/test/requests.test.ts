import { problemSchema } from '@deployment-engine/contracts';
import { bootRunner, type Folders, makeFolders, makeJob, writeRevision } from './support/boot.ts';
import { signed } from './support/client.ts';

const fakeTerraform = `${import.meta.dirname}/support/fake-terraform.sh`;
let folders: Folders;
let runner: Awaited<ReturnType<typeof bootRunner>>;
beforeAll(async () => {
  folders = makeFolders();
  runner = await bootRunner(folders, { slots: 1, terraformPath: fakeTerraform });
});
afterAll(async () => {
  await runner[Symbol.asyncDispose]();
  folders[Symbol.dispose]();
});

async function codeOf(response: Response): Promise<string> {
  expect(response.headers.get('content-type') ?? '').toMatch(/^application\/problem\+json/);
  const problem = problemSchema.parse(await response.json());
  expect(problem.status).toBe(response.status);
  return problem.code;
}

test('only the health check needs no signature', async () => {
  const { url } = runner.client;
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  for (const path of ['/runs', '/capacity', '/nowhere'])
    expect(await codeOf(await fetch(`${url}${path}`))).toBe('unauthenticated');
});

test('a replayed, an expired and a changed request are refused', async () => {
  const { url } = runner.client;
  const headers = signed('GET', '/capacity');
  expect((await fetch(`${url}/capacity`, { headers })).status).toBe(200);
  expect(await codeOf(await fetch(`${url}/capacity`, { headers }))).toBe('unauthenticated');
  for (const shift of [-61, 61]) {
    const timestamp = String(Math.floor(Date.now() / 1000) + shift);
    const expired = signed('GET', '/capacity', undefined, timestamp);
    expect(await codeOf(await fetch(`${url}/capacity`, { headers: expired }))).toBe('unauthenticated');
  }
  const other = signed('GET', '/runs');
  expect(await codeOf(await fetch(`${url}/capacity`, { headers: other }))).toBe('unauthenticated');
  const body = JSON.stringify({ graceSeconds: 2 });
  const changed = signed('POST', '/runs/a-bcdefgh/cancel', { graceSeconds: 1 });
  const answer = await fetch(`${url}/runs/a-bcdefgh/cancel`, { method: 'POST', headers: changed, body });
  expect(await codeOf(answer)).toBe('unauthenticated');
});

test('a request signed before the runner started is refused as a possible replay', async () => {
  const timestamp = String(Math.floor(Date.now() / 1000) - 20);
  using own = makeFolders();
  await using restarted = await bootRunner(own, { slots: 1, terraformPath: fakeTerraform });
  const { url } = restarted.client;
  const headers = signed('GET', '/capacity', undefined, timestamp);
  expect(await codeOf(await fetch(`${url}/capacity`, { headers }))).toBe('unauthenticated');
  expect((await fetch(`${url}/capacity`, { headers: signed('GET', '/capacity') })).status).toBe(200);
});

test('invalid requests are refused with the place of the error', async () => {
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
    expect([problem.code, problem.errors?.[0]?.pointer]).toStrictEqual(['invalid_request', pointer]);
  }
  expect(await codeOf(await client.send('PUT', '/runs/..%2f..%2fetc', {}))).toBe('invalid_request');
  expect(await codeOf(await client.send('GET', '/runs/deploy-unknown'))).toBe('run_not_found');
  expect(await codeOf(await client.send('GET', '/nowhere'))).toBe('route_not_found');
});

test('a full runner takes no second run, and a run in progress can not be removed', async () => {
  const { client } = runner;
  const digest = writeRevision(folders, { 'main.tf': '', behaviour: 'end-on-interrupt' });
  const [first, second] = [makeJob(digest), makeJob(digest)];
  await client.put(first.planId, first.plan);
  expect(await codeOf(await client.send('PUT', `/runs/${second.planId}`, second.plan))).toBe('no_capacity');
  const capacity = (await (await client.send('GET', '/capacity')).json()) as { free: number; runs: string[] };
  expect([capacity.free, capacity.runs]).toStrictEqual([0, [first.planId]]);
  expect(await codeOf(await client.send('DELETE', `/runs/${first.planId}`))).toBe('run_conflict');
  await client.cancel(first.planId, 10);
  await client.finished(first.planId);
  expect((await client.send('DELETE', `/runs/${first.planId}`)).status).toBe(204);
});
