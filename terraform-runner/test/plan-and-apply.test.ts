import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunEventBody } from '@deployment-engine/contracts';
import type { RunEvent } from '@deployment-engine/runner-api';
import { type Folders, makeFolders, makeJob, writeRevision } from './support/boot.ts';
import { sharedRunner } from './support/shared-runner.ts';
import { waitUntil } from './support/wait-until.ts';

const runner = sharedRunner();

const hello = `
variable "who" { type = map(list(string)) }
resource "terraform_data" "hello" { input = "hello \${join(", ", var.who.names)}" }
output "greeting" { value = terraform_data.hello.output }
`;

function bodyOf<Type extends RunEventBody['type']>(events: RunEvent[], type: Type) {
  return events.map((event) => event.body).find((body) => body.type === type) as
    | Extract<RunEventBody, { type: Type }>
    | undefined;
}

async function planned(files: Record<string, string>, more = {}) {
  const job = makeJob(writeRevision(runner.folders, files), more);
  await runner.client.put(job.planId, job.plan);
  const events = await runner.client.finished(job.planId);
  return { job, events, digest: bodyOf(events, 'plan_ready')?.digest ?? '' };
}

test('a plan and its apply create the resource, and the state has the output', async () => {
  const { client } = runner;
  const { job, events, digest } = await planned(
    { 'main.tf': hello },
    { variables: { who: { names: ['a', 'b'] } } },
  );
  expect(bodyOf(events, 'run_finished')?.outcome).toStrictEqual({ kind: 'succeeded' });
  expect(bodyOf(events, 'resource_planned')?.address).toBe('terraform_data.hello');
  expect(bodyOf(events, 'plan_summary')).toStrictEqual({
    type: 'plan_summary',
    summary: { create: 1, update: 0, delete: 0, replace: 0, noop: 0, import: 0 },
    outputsChanged: true,
  });
  const json = JSON.parse((await client.bytes(`/runs/${job.planId}/plan.json`)).toString());
  expect(json.resource_changes[0].address).toBe('terraform_data.hello');
  expect((await client.bytes(`/runs/${job.planId}/plan`)).length).toBeGreaterThan(100);

  await client.put(job.applyId, job.apply(digest));
  const applied = await client.finished(job.applyId);
  expect(bodyOf(applied, 'run_finished')?.outcome).toStrictEqual({ kind: 'succeeded' });
  expect(bodyOf(applied, 'resource_finished')?.ok).toBe(true);
  assert.ok(!applied.some(({ body }) => body.type === 'step_started' && body.step === 'init'));
  const state = JSON.parse((await client.bytes(`/runs/${job.applyId}/state`)).toString());
  expect(state.outputs.greeting.value).toBe('hello a, b');
  const log = (await client.bytes(`/runs/${job.applyId}/log`)).toString();
  expect(log).toMatch(/\$ terraform apply -json -input=false plan\.tfplan\n/);
  expect(log).toMatch(/apply: exit code 0 after \d+\.\d\d s/);
});

test("a run's log names every command and how long it took", async () => {
  // Code with a module has an init of its own.
  const { job } = await planned({
    'main.tf': 'module "m" {\n  source = "./m"\n}',
    'm/main.tf': 'resource "terraform_data" "x" {}',
  });
  const log = (await runner.client.bytes(`/runs/${job.planId}/log`)).toString();
  const started = [...log.matchAll(/^\S+ \$ (?:terraform|tofu) (\w+)/gm)].map((match) => match[1]);
  const ended = [...log.matchAll(/^\S+ (\S+): exit code \d after \d+\.\d\d s$/gm)].map((match) => match[1]);
  assert.ok(started.includes('init') && started.includes('plan'), log);
  assert.ok(ended.includes('init') && ended.includes('plan'), log);
  assert.equal(ended.length, started.length, log);
});

test('a destroy removes what is in the state', async () => {
  const { client } = runner;
  const first = await planned({ 'main.tf': hello }, { variables: { who: { names: ['a'] } } });
  await client.put(first.job.applyId, first.job.apply(first.digest));
  await client.finished(first.job.applyId);
  const raw = await client.bytes(`/runs/${first.job.applyId}/state`);
  const state = { content: raw.toString('base64'), sha256: '' };
  const { job, events, digest } = await planned(
    { 'main.tf': hello },
    { variables: { who: { names: ['a'] } }, mode: 'destroy', state },
  );
  expect(bodyOf(events, 'plan_summary')?.summary.delete).toBe(1);
  expect(bodyOf(events, 'plan_ready')?.stateSerial).toBe(JSON.parse(raw.toString()).serial);
  await client.put(job.applyId, job.apply(digest, { mode: 'destroy', state }));
  expect(bodyOf(await client.finished(job.applyId), 'run_finished')?.outcome.kind).toBe('succeeded');
  const left = JSON.parse((await client.bytes(`/runs/${job.applyId}/state`)).toString());
  expect(left.resources).toStrictEqual([]);
});

test('events can be read from any number, without gap or duplicate', async () => {
  const { job, events } = await planned({ 'main.tf': hello }, { variables: { who: { names: ['a'] } } });
  expect(events.map((event) => event.seq)).toStrictEqual(events.map((_event, index) => index + 1));
  for (const from of [0, 1, Math.floor(events.length / 2), events.length - 1, events.length])
    expect(await runner.client.finished(job.planId, from)).toStrictEqual(events.slice(from));
});

test('a repeated request returns the same run, a different one with its id is refused', async () => {
  const { client } = runner;
  const job = makeJob(writeRevision(runner.folders, { 'main.tf': 'output "a" { value = 1 }' }));
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => client.send('PUT', `/runs/${job.planId}`, job.plan)),
  );
  const statuses = answers.map((answer) => answer.status).sort();
  expect(statuses).toStrictEqual([...Array(9).fill(200), 201]);
  const other = await client.send('PUT', `/runs/${job.planId}`, { ...job.plan, variables: { a: 1 } });
  expect(other.status).toBe(409);
  expect(other.body.code).toBe('run_conflict');
  await client.finished(job.planId);
});

test('an unknown revision is refused until it is uploaded, and a wrong digest is refused', async () => {
  const { client } = runner;
  const content = 'output "uploaded" { value = 1 }';
  const digest = writeRevision(makeElsewhere(), { 'main.tf': content });
  const job = makeJob(digest);
  const missing = await client.send('PUT', `/runs/${job.validateId}`, job.validate);
  expect(missing.body.code).toBe('revision_missing');
  const files = { 'main.tf': Buffer.from(content).toString('base64') };
  await client.send('PUT', `/revisions/${'0'.repeat(64)}`, { files }).expect(400);
  await client.send('PUT', `/revisions/${digest}`, { files }).expect(204);
  await client.put(job.validateId, job.validate);
  const events = await client.finished(job.validateId);
  expect(bodyOf(events, 'run_finished')?.outcome).toStrictEqual({ kind: 'succeeded' });
});

function makeElsewhere(): Folders {
  const elsewhere = makeFolders();
  afterAll(() => elsewhere[Symbol.dispose]());
  return elsewhere;
}

test("a user's own backend or cloud block is overridden", async () => {
  const blocks = [
    'backend "s3" {\n bucket = "x"\n }',
    'backend "http" {\n address = "http://127.0.0.1:1"\n }',
    'cloud {\n organization = "x"\n workspaces {\n name = "y"\n }\n }',
  ];
  for (const block of blocks) {
    const code = `terraform {\n ${block}\n}\nresource "terraform_data" "a" {}\n`;
    const { job, events, digest } = await planned({
      'main.tf': code,
      'zz_override.tf': code.split('resource')[0] ?? '',
    });
    assert.deepEqual(bodyOf(events, 'run_finished')?.outcome, { kind: 'succeeded' }, block);
    await runner.client.put(job.applyId, job.apply(digest));
    await runner.client.finished(job.applyId);
    assert.ok(existsSync(join(runner.folders.runs, job.jobId, 'state', 'terraform.tfstate')), block);
  }
});

test('diagnostics have file, line, column, snippet and a stable code', async () => {
  const { client } = runner;
  const code = 'resource "terraform_data" "a" {\n  inputt = 1\n}\n';
  const job = makeJob(writeRevision(runner.folders, { 'app/main.tf': code }), { rootModule: 'app' });
  await client.put(job.validateId, job.validate);
  const events = await client.finished(job.validateId);
  expect(bodyOf(events, 'diagnostic')?.diagnostic).toStrictEqual({
    severity: 'error',
    code: 'unsupported_argument',
    summary: 'Unsupported argument',
    detail: 'An argument named "inputt" is not expected here. Did you mean "input"?',
    file: 'app/main.tf',
    line: 2,
    column: 3,
    endLine: 2,
    endColumn: 9,
    snippet: '  inputt = 1',
    address: 'terraform_data.a',
    context: 'resource "terraform_data" "a"',
    values: [],
  });
  expect(bodyOf(events, 'run_finished')?.outcome).toStrictEqual({
    kind: 'failed',
    step: 'validate',
    exitCode: 1,
    message:
      'terraform validate: Unsupported argument: An argument named "inputt" is not expected here. Did you mean "input"?',
  });
});

test('code that does not parse fails at init with the place of the error', async () => {
  const { events } = await planned({ 'main.tf': 'resource "terraform_data" {\n' });
  const diagnostic = bodyOf(events, 'diagnostic')?.diagnostic;
  expect([diagnostic?.file, diagnostic?.line]).toStrictEqual(['main.tf', 1]);
  expect(bodyOf(events, 'run_finished')?.outcome.kind).toBe('failed');
  assert.ok(!events.some(({ body }) => body.type === 'step_started' && body.step === 'plan'));
});

test('a plan that was changed after it was made is refused', async () => {
  const { client } = runner;
  const { job, digest } = await planned({ 'main.tf': 'resource "terraform_data" "a" {}' });
  const other = await client.send('PUT', `/runs/${job.applyId}`, job.apply('0'.repeat(64)));
  expect(other.body.code).toBe('plan_not_found');
  const savedPlan = Buffer.from('not a plan').toString('base64');
  const sent = await client.send('PUT', `/runs/${job.applyId}`, { ...job.apply('0'.repeat(64)), savedPlan });
  expect(sent.body.code).toBe('plan_digest_mismatch');
  expect((await client.put(job.applyId, job.apply(digest))).status).toBe('running');
  await client.finished(job.applyId);
});

test('a runner without the plan applies the uploaded one', async () => {
  const { client } = runner;
  const { job, digest } = await planned({ 'main.tf': 'resource "terraform_data" "a" {}' });
  const savedPlan = (await client.bytes(`/runs/${job.planId}/plan`)).toString('base64');
  await client.send('DELETE', `/runs/${job.planId}`).expect(204);
  assert.ok(!existsSync(join(runner.folders.runs, job.jobId)));
  await client.put(job.applyId, job.apply(digest, { savedPlan }));
  const events = await client.finished(job.applyId);
  expect(bodyOf(events, 'run_finished')?.outcome).toStrictEqual({ kind: 'succeeded' });
});

test('a plan is not applied to a different state', async () => {
  const { client } = runner;
  const { job, digest } = await planned({ 'main.tf': 'resource "terraform_data" "a" {}' });
  await client.put(job.applyId, job.apply(digest));
  await client.finished(job.applyId);
  const again = await client.send('PUT', `/runs/${job.jobId}-apply-2`, job.apply(digest));
  expect(again.status).toBe(409);
});

test('no secret remains in the folder of a finished run', async () => {
  const { job } = await planned(
    { 'main.tf': 'output "a" { value = 1 }' },
    { environment: { AWS_SECRET_ACCESS_KEY: 'very-secret-value' } },
  );
  const directory = join(runner.folders.runs, job.jobId, 'runs', job.planId);
  await waitUntil('the request is removed', () => !existsSync(join(directory, 'request.json')));
  for (const name of ['run.json', 'events.ndjson'])
    expect(readFileSync(join(directory, name), 'utf8')).not.toContain('very-secret-value');
});
