import type { RunEvent } from '@deployment-engine/runner-api';
import { bootRunner, type Folders, makeFolders, makeJob, writeRevision } from './support/boot.ts';

let folders: Folders;
let runner: Awaited<ReturnType<typeof bootRunner>>;
beforeAll(async () => {
  folders = makeFolders();
  runner = await bootRunner(folders);
});
afterAll(async () => {
  await runner[Symbol.asyncDispose]();
  folders[Symbol.dispose]();
});

async function plan(files: Record<string, string>, more = {}) {
  const job = makeJob(writeRevision(folders, files), more);
  await runner.client.put(job.planId, job.plan);
  return { job, events: await runner.client.finished(job.planId) };
}

const ranInit = (events: RunEvent[]) =>
  events.some(({ body }) => body.type === 'log' && /^\$ (terraform|tofu) init/.test(body.line));

function endOf(events: RunEvent[]) {
  const body = events.at(-1)?.body;
  return body?.type === 'run_finished' ? body.outcome : undefined;
}

const errorsOf = (events: RunEvent[]) =>
  events.flatMap(({ body }) =>
    body.type === 'diagnostic' && body.diagnostic.severity === 'error' ? [body.diagnostic] : [],
  );

const resource = (input: string) => `resource "terraform_data" "a" { input = "${input}" }\n`;

test('init runs once for the same requirements, and other code with them is planned and applied without it', async () => {
  const first = await plan({ 'main.tf': resource('one') });
  expect([ranInit(first.events), endOf(first.events)?.kind]).toStrictEqual([true, 'succeeded']);
  const second = await plan({
    'main.tf': `${resource('two')}output "b" { value = terraform_data.a.output }`,
  });
  expect([ranInit(second.events), endOf(second.events)?.kind]).toStrictEqual([false, 'succeeded']);
  const steps = second.events.flatMap(({ body }) => (body.type === 'step_started' ? [body.step] : []));
  expect(steps).toStrictEqual(['prepare', 'init', 'plan']);

  const ready = second.events.map(({ body }) => body).find((body) => body.type === 'plan_ready');
  await runner.client.put(
    second.job.applyId,
    second.job.apply(ready?.type === 'plan_ready' ? ready.digest : ''),
  );
  expect(endOf(await runner.client.finished(second.job.applyId))).toStrictEqual({ kind: 'succeeded' });
  const state = JSON.parse((await runner.client.bytes(`/runs/${second.job.applyId}/state`)).toString());
  expect(state.outputs.b.value).toBe('two');
});

test('a restarted runner knows what init did', async () => {
  await plan({ 'main.tf': resource('one') });
  await runner[Symbol.asyncDispose]();
  runner = await bootRunner(folders);
  expect(ranInit((await plan({ 'main.tf': resource('three') })).events)).toBe(false);
});

test('code that init would refuse is refused without it, with its place', async () => {
  await plan({ 'main.tf': resource('one') });
  const twice = await plan({ 'main.tf': resource('one'), 'more.tf': `\n${resource('two')}` });
  expect(endOf(twice.events)?.kind).toBe('failed');
  expect(errorsOf(twice.events)[0]).toMatchObject({
    summary: expect.stringMatching(/Duplicate resource/),
    file: 'more.tf',
    line: 2,
  });
  const old = await plan({ 'main.tf': `terraform {\n  required_version = "< 1.0"\n}\n${resource('one')}` });
  expect(endOf(old.events)?.kind).toBe('failed');
  expect(errorsOf(old.events)[0]?.summary).toMatch(/Unsupported Terraform Core version/);
  const absent = await plan({ 'main.tf': `${resource('one')}module "m" {\n  source = "./absent"\n}\n` });
  expect([ranInit(absent.events), endOf(absent.events)?.kind]).toStrictEqual([true, 'failed']);
});

test('code with modules has an init of its own each time', async () => {
  const files = { 'main.tf': 'module "m" {\n  source = "./m"\n}\n', 'm/main.tf': resource('in') };
  for (const round of [1, 2]) {
    const { events } = await plan(files);
    expect([round, ranInit(events), endOf(events)?.kind]).toStrictEqual([round, true, 'succeeded']);
  }
});

test('a run whose own log is wanted has its init', async () => {
  await plan({ 'main.tf': resource('one') });
  expect(ranInit((await plan({ 'main.tf': resource('one') }, { terraformLog: 'debug' })).events)).toBe(true);
});
