import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { RunEvent, RunEventBody } from '@deployment-engine/contracts';
import { bootRunner, type Folders, makeFolders, makeJob, writeRevision } from './support/boot.ts';
import { processesIn } from './support/processes.ts';
import { waitUntil } from './support/wait-until.ts';

let folders: Folders;
let runner: Awaited<ReturnType<typeof bootRunner>>;
before(async () => {
  folders = makeFolders();
  runner = await bootRunner(folders);
});
after(async () => {
  await runner[Symbol.asyncDispose]();
  await waitUntil('no process is left', () => processesIn(folders.root).length === 0);
  folders[Symbol.dispose]();
});

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
  const job = makeJob(writeRevision(folders, files), more);
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
  assert.deepEqual(bodyOf(events, 'run_finished')?.outcome, { kind: 'succeeded' });
  assert.equal(bodyOf(events, 'resource_planned')?.address, 'terraform_data.hello');
  assert.deepEqual(bodyOf(events, 'plan_summary'), {
    type: 'plan_summary',
    summary: { create: 1, update: 0, delete: 0, replace: 0, noop: 0, import: 0 },
    outputsChanged: true,
  });
  const json = JSON.parse((await client.bytes(`/runs/${job.planId}/plan.json`)).toString());
  assert.equal(json.resource_changes[0].address, 'terraform_data.hello');
  assert.ok((await client.bytes(`/runs/${job.planId}/plan`)).length > 100);

  await client.put(job.applyId, job.apply(digest));
  const applied = await client.finished(job.applyId);
  assert.deepEqual(bodyOf(applied, 'run_finished')?.outcome, { kind: 'succeeded' });
  assert.equal(bodyOf(applied, 'resource_finished')?.ok, true);
  assert.ok(!applied.some(({ body }) => body.type === 'step_started' && body.step === 'init'));
  const state = JSON.parse((await client.bytes(`/runs/${job.applyId}/state`)).toString());
  assert.equal(state.outputs.greeting.value, 'hello a, b');
  const log = (await client.bytes(`/runs/${job.applyId}/log`)).toString();
  assert.match(log, /\$ terraform apply -json -input=false plan\.tfplan\n/);
  assert.match(log, /apply: exit code 0 after \d+\.\d\d s/);
});

test("a run's log names every command and how long it took", async () => {
  const { job } = await planned({ 'main.tf': 'resource "terraform_data" "x" {}' });
  const log = (await runner.client.bytes(`/runs/${job.planId}/log`)).toString();
  const started = [...log.matchAll(/^\S+ \$ (?:terraform|tofu) (\w+)/gm)].map((match) => match[1]);
  const ended = [...log.matchAll(/^\S+ (\S+): exit code \d after \d+\.\d\d s$/gm)].map((match) => match[1]);
  assert.ok(started.includes('init') && started.includes('plan'), log);
  assert.ok(ended.includes('init') && ended.includes('plan'), log);
  assert.equal(ended.length, started.length, log);
});

test('a destroy removes what the state has', async () => {
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
  assert.equal(bodyOf(events, 'plan_summary')?.summary.delete, 1);
  assert.equal(bodyOf(events, 'plan_ready')?.stateSerial, JSON.parse(raw.toString()).serial);
  await client.put(job.applyId, job.apply(digest, { mode: 'destroy', state }));
  assert.equal(bodyOf(await client.finished(job.applyId), 'run_finished')?.outcome.kind, 'succeeded');
  const left = JSON.parse((await client.bytes(`/runs/${job.applyId}/state`)).toString());
  assert.deepEqual(left.resources, []);
});

test('events can be read from any number on, without gap or duplicate', async () => {
  const { job, events } = await planned({ 'main.tf': hello }, { variables: { who: { names: ['a'] } } });
  assert.deepEqual(
    events.map((event) => event.seq),
    events.map((_event, index) => index + 1),
  );
  for (const from of [0, 1, Math.floor(events.length / 2), events.length - 1, events.length])
    assert.deepEqual(await runner.client.finished(job.planId, from), events.slice(from));
});

test('the same request again answers the same run, another one under its id is refused', async () => {
  const { client } = runner;
  const job = makeJob(writeRevision(folders, { 'main.tf': 'output "a" { value = 1 }' }));
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => client.send('PUT', `/runs/${job.planId}`, job.plan)),
  );
  const statuses = answers.map((answer) => answer.status).sort();
  assert.deepEqual(statuses, [...Array(9).fill(200), 201]);
  const other = await client.send('PUT', `/runs/${job.planId}`, { ...job.plan, variables: { a: 1 } });
  assert.equal(other.status, 409);
  assert.equal(((await other.json()) as { code: string }).code, 'run_conflict');
  await client.finished(job.planId);
});

test('an unknown revision is refused until it is uploaded, and a wrong digest is refused', async () => {
  const { client } = runner;
  const content = 'output "uploaded" { value = 1 }';
  const digest = writeRevision(makeElsewhere(), { 'main.tf': content });
  const job = makeJob(digest);
  const missing = await client.send('PUT', `/runs/${job.validateId}`, job.validate);
  assert.equal(((await missing.json()) as { code: string }).code, 'revision_missing');
  const files = { 'main.tf': Buffer.from(content).toString('base64') };
  assert.equal((await client.send('PUT', `/revisions/${'0'.repeat(64)}`, { files })).status, 400);
  assert.equal((await client.send('PUT', `/revisions/${digest}`, { files })).status, 204);
  await client.put(job.validateId, job.validate);
  const events = await client.finished(job.validateId);
  assert.deepEqual(bodyOf(events, 'run_finished')?.outcome, { kind: 'succeeded' });
});

function makeElsewhere(): Folders {
  const elsewhere = makeFolders();
  after(() => elsewhere[Symbol.dispose]());
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
    assert.ok(existsSync(join(folders.runs, job.jobId, 'state', 'terraform.tfstate')), block);
  }
});

test('diagnostics tell file, line, column, snippet and a stable code', async () => {
  const { client } = runner;
  const code = 'resource "terraform_data" "a" {\n  inputt = 1\n}\n';
  const job = makeJob(writeRevision(folders, { 'app/main.tf': code }), { rootModule: 'app' });
  await client.put(job.validateId, job.validate);
  const events = await client.finished(job.validateId);
  assert.deepEqual(bodyOf(events, 'diagnostic')?.diagnostic, {
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
  assert.deepEqual(bodyOf(events, 'run_finished')?.outcome, {
    kind: 'failed',
    step: 'validate',
    exitCode: 1,
    message:
      'terraform validate: Unsupported argument: An argument named "inputt" is not expected here. Did you mean "input"?',
  });
});

test('code that does not parse fails at init with its place', async () => {
  const { events } = await planned({ 'main.tf': 'resource "terraform_data" {\n' });
  const diagnostic = bodyOf(events, 'diagnostic')?.diagnostic;
  assert.deepEqual([diagnostic?.file, diagnostic?.line], ['main.tf', 1]);
  assert.equal(bodyOf(events, 'run_finished')?.outcome.kind, 'failed');
  assert.ok(!events.some(({ body }) => body.type === 'step_started' && body.step === 'plan'));
});

test('a plan that was changed after it was made is refused', async () => {
  const { client } = runner;
  const { job, digest } = await planned({ 'main.tf': 'resource "terraform_data" "a" {}' });
  const other = await client.send('PUT', `/runs/${job.applyId}`, job.apply('0'.repeat(64)));
  assert.equal(((await other.json()) as { code: string }).code, 'plan_not_found');
  const savedPlan = Buffer.from('not a plan').toString('base64');
  const sent = await client.send('PUT', `/runs/${job.applyId}`, { ...job.apply('0'.repeat(64)), savedPlan });
  assert.equal(((await sent.json()) as { code: string }).code, 'plan_digest_mismatch');
  assert.equal((await client.put(job.applyId, job.apply(digest))).status, 'running');
  await client.finished(job.applyId);
});

test('a runner without the plan applies the one that is sent', async () => {
  const { client } = runner;
  const { job, digest } = await planned({ 'main.tf': 'resource "terraform_data" "a" {}' });
  const savedPlan = (await client.bytes(`/runs/${job.planId}/plan`)).toString('base64');
  assert.equal((await client.send('DELETE', `/runs/${job.planId}`)).status, 204);
  assert.ok(!existsSync(join(folders.runs, job.jobId)));
  await client.put(job.applyId, job.apply(digest, { savedPlan }));
  const events = await client.finished(job.applyId);
  assert.deepEqual(bodyOf(events, 'run_finished')?.outcome, { kind: 'succeeded' });
});

test('a state that does not fit the plan is not applied to', async () => {
  const { client } = runner;
  const { job, digest } = await planned({ 'main.tf': 'resource "terraform_data" "a" {}' });
  await client.put(job.applyId, job.apply(digest));
  await client.finished(job.applyId);
  const again = await client.send('PUT', `/runs/${job.jobId}-apply-2`, job.apply(digest));
  assert.equal(again.status, 409);
});

test('nothing secret stays in the folder of a finished run', async () => {
  const { job } = await planned(
    { 'main.tf': 'output "a" { value = 1 }' },
    { environment: { AWS_SECRET_ACCESS_KEY: 'very-secret-value' } },
  );
  const directory = join(folders.runs, job.jobId, 'runs', job.planId);
  await waitUntil('the request is removed', () => !existsSync(join(directory, 'request.json')));
  for (const name of ['run.json', 'events.ndjson'])
    assert.ok(!readFileSync(join(directory, name), 'utf8').includes('very-secret-value'));
});
