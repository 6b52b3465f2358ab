import type { RunEvent } from '@deployment-engine/runner-api';
import { sha256 } from '../src/files/sha256.ts';
import { makeJob, writeRevision } from './support/boot.ts';
import { sharedRunner } from './support/shared-runner.ts';

const runner = sharedRunner();

async function plan(files: Record<string, string>, more = {}) {
  const job = makeJob(writeRevision(runner.folders, files), more);
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

test('init runs once for the same code: a later run of any project is planned and applied without it', async () => {
  const files = { 'main.tf': `${resource('one')}output "b" { value = terraform_data.a.output }` };
  const first = await plan(files);
  expect([ranInit(first.events), endOf(first.events)?.kind]).toStrictEqual([true, 'succeeded']);
  const second = await plan(files);
  expect([ranInit(second.events), endOf(second.events)?.kind]).toStrictEqual([false, 'succeeded']);
  const steps = second.events.flatMap(({ body }) => (body.type === 'step_started' ? [body.step] : []));
  expect(steps).toStrictEqual(['prepare', 'init', 'plan']);

  const ready = second.events.map(({ body }) => body).find((body) => body.type === 'plan_ready');
  await runner.client.put(
    second.job.applyId,
    second.job.apply(ready?.type === 'plan_ready' ? ready.digest : ''),
  );
  expect(endOf(await runner.client.finished(second.job.applyId))).toStrictEqual({ kind: 'succeeded' });
  const raw = await runner.client.bytes(`/runs/${second.job.applyId}/state`);
  expect(JSON.parse(raw.toString()).outputs.b.value).toBe('one');

  const state = { content: raw.toString('base64'), sha256: sha256(raw) };
  const third = await plan(files, { state });
  expect([ranInit(third.events), endOf(third.events)?.kind]).toStrictEqual([false, 'succeeded']);
});

test('a state with a provider that the known result lacks has its init', async () => {
  const files = { 'main.tf': resource('four') };
  await plan(files);
  const raw = JSON.stringify({
    version: 4,
    serial: 1,
    lineage: 'l',
    resources: [{ provider: 'provider["registry.terraform.io/hashicorp/absent"]' }],
  });
  const { events } = await plan(files, {
    state: { content: Buffer.from(raw).toString('base64'), sha256: sha256(raw) },
  });
  expect(ranInit(events)).toBe(true);
});

test('a restarted runner knows what init did', async () => {
  await plan({ 'main.tf': resource('two') });
  await runner.restart();
  expect(ranInit((await plan({ 'main.tf': resource('two') })).events)).toBe(false);
});

test('code that init refuses is refused by init each time, with its place', async () => {
  await plan({ 'main.tf': resource('one') });
  const code = { 'main.tf': resource('one'), 'more.tf': `\n${resource('two')}` };
  for (const round of [1, 2]) {
    const { events } = await plan(code);
    expect([round, endOf(events)]).toMatchObject([round, { kind: 'failed', step: 'init' }]);
    expect(errorsOf(events)[0]).toMatchObject({
      summary: expect.stringMatching(/Duplicate resource/),
      file: 'more.tf',
      line: 2,
    });
  }
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
