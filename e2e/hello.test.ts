import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { createClient } from './support/client.ts';
import { Engine } from './support/engine.ts';

let engine: Engine;
let client: ReturnType<typeof createClient>;
const code = await readFile(new URL('../examples/hello/main.tf', import.meta.url), 'utf8');

before(async () => {
  engine = await Engine.start();
  client = createClient(engine.url);
});
after(() => engine?.[Symbol.asyncDispose]());

test('the example deploys, answers outputs and state, changes with a variable, and is destroyed', async () => {
  const first = await client.complete('/api/deploy', { projectId: 'hello', iacCode: code });
  assert.equal(first.progress, 100);
  assert.deepEqual(first.result?.outputs, { greeting: 'Hello, world!' });
  assert.equal(first.result?.message, 'Infrastructure deployed successfully');
  assert.match(first.result?.logs ?? '', /terraform_data\.greeting/);
  assert.ok(first.endTime && first.startTime < first.endTime);

  const again = await client.complete('/api/deploy', { projectId: 'hello', iacCode: code });
  assert.deepEqual(again.plan, { create: 0, update: 0, delete: 0, replace: 0, noop: 1, import: 0 });

  const changed = await client.complete('/api/deploy', {
    projectId: 'hello',
    iacCode: code,
    variables: { name: 'engine' },
  });
  assert.deepEqual(changed.result?.outputs, { greeting: 'Hello, engine!' });
  assert.equal(changed.resources.finished, 1);

  const outputs = await client.get('/api/deploy/outputs/hello');
  assert.deepEqual(outputs.body, {
    projectId: 'hello',
    outputs: { greeting: 'Hello, engine!' },
    message: 'Terraform outputs retrieved successfully',
  });
  const state = await client.get('/api/deploy/state/hello');
  assert.equal(state.body.state.version, 4);
  assert.equal(state.body.state.resources.length, 1);
  const infrastructure = await client.get('/api/deploy/infrastructure/hello');
  assert.equal(infrastructure.body.deploymentStatus, 'deployed');
  assert.equal(infrastructure.body.deploymentJobId, changed.jobId);

  const destroyed = await client.complete('/api/deploy/destroy', { projectId: 'hello' });
  assert.equal(destroyed.type, 'destroy');
  assert.equal((await client.get('/api/deploy/infrastructure/hello')).body.deploymentStatus, 'destroyed');
  assert.deepEqual((await client.get('/api/deploy/state/hello')).body.state.resources, []);
});

test('a plan job changes nothing and shows what would change, sensitive values masked', async () => {
  const files = {
    'main.tf':
      'variable "password" {\n  sensitive = true\n}\nresource "terraform_data" "db" {\n  input = { user = "app", password = var.password }\n}\n',
    'values.auto.tfvars': 'password = "correct-horse"\n',
  };
  const job = await client.complete('/api/deploy/plan', { projectId: 'planned', files });
  assert.deepEqual(job.plan, { create: 1, update: 0, delete: 0, replace: 0, noop: 0, import: 0 });
  const { body } = await client.get(`/api/deploy/jobs/${job.jobId}/plan`);
  assert.equal(body.changes[0].address, 'terraform_data.db');
  assert.equal(body.changes[0].action, 'create');
  assert.equal(body.changes[0].before, null);
  assert.doesNotMatch(JSON.stringify(body), /correct-horse/);
  assert.match(body.digest, /^[0-9a-f]{64}$/);
  assert.equal(
    (await client.get('/api/deploy/infrastructure/planned')).body.deploymentStatus,
    'not_deployed',
  );
});

test('modules, templates, tfvars and binary files arrive as they were sent', async () => {
  const files = {
    'main.tf':
      'module "m" {\n  source = "./modules/m"\n  who = var.who\n}\nvariable "who" {}\noutput "text" { value = module.m.text }\noutput "size" { value = length(filebase64("blob.bin")) }\n',
    'modules/m/main.tf':
      'variable "who" {}\noutput "text" { value = templatefile("${path.module}/hello.tftpl", { who = var.who }) }\n',
    'modules/m/hello.tftpl': 'Hello ${who}!',
    'a.auto.tfvars.json': '{"who": "module"}',
    'blob.bin': { base64: Buffer.from([0, 255, 1, 254]).toString('base64') },
  };
  const job = await client.complete('/api/deploy', { projectId: 'many-files', files });
  assert.deepEqual(job.result?.outputs, { text: 'Hello module!', size: 8 });
});

test('validation answers with the place, the snippet and a stable code, and stores nothing', async () => {
  const iacCode = 'resource "terraform_data" "a" {\n  inptu = 1\n}\n';
  const { status, body } = await client.post('/api/deploy/validate', { iacCode });
  assert.equal(status, 200);
  assert.equal(body.valid, false);
  const [error] = body.errors;
  assert.equal(error.code, 'unsupported_argument');
  assert.deepEqual([error.severity, error.file, error.line, error.column], ['error', 'main.tf', 2, 3]);
  assert.match(error.snippet, /inptu = 1/);
  assert.equal(error.address, 'terraform_data.a');
  const good = await client.post('/api/deploy/validate', { iacCode: code });
  assert.deepEqual([good.body.valid, good.body.errors], [true, []]);
  const projects = await client.get('/api/deploy/projects');
  assert.ok(!JSON.stringify(projects.body).includes('check'));
});

test('a stored project validates by its id', async () => {
  await client.complete('/api/deploy/plan', { projectId: 'valid', iacCode: code });
  const { body } = await client.get('/api/deploy/validate/valid');
  assert.deepEqual(
    { projectId: body.projectId, valid: body.valid, errors: body.errors, message: body.message },
    { projectId: 'valid', valid: true, errors: [], message: 'Terraform configuration is valid' },
  );
});

test('a failed job says step, message, diagnostics and whether a retry can help', async () => {
  const iacCode = 'resource "terraform_data" "a" {\n  input = file("missing.txt")\n}\n';
  const { body } = await client.post('/api/deploy', { projectId: 'broken', iacCode });
  const job = await client.finished(body.jobId);
  assert.equal(job.status, 'failed');
  assert.equal(job.failure?.step, 'plan');
  assert.equal(job.failure?.reason, 'terraform_failed');
  assert.equal(job.failure?.retryable, false);
  assert.match(job.error ?? '', /^plan: .*main\.tf:2/);
  assert.equal(job.failure?.diagnostics[0]?.file, 'main.tf');
  assert.equal((await client.get('/api/deploy/infrastructure/broken')).body.deploymentStatus, 'failed');
});

test('a second job for a busy project queues behind the first', async () => {
  const iacCode =
    'resource "terraform_data" "a" {\n  input = var.n\n}\nvariable "n" {}\noutput "n" { value = terraform_data.a.output }\n';
  const jobIds: string[] = [];
  for (const n of [1, 2, 3])
    jobIds.push(
      (await client.post('/api/deploy', { projectId: 'busy', iacCode, variables: { n } })).body.jobId,
    );
  const jobs = [];
  for (const jobId of jobIds) jobs.push(await client.finished(jobId));
  assert.deepEqual(
    jobs.map((job) => job.status),
    ['completed', 'completed', 'completed'],
  );
  for (const [index, job] of jobs.slice(1).entries())
    assert.ok(
      (job.processingTime ?? '') >= (jobs[index]?.endTime ?? ''),
      'the next starts after the one before has ended',
    );
  assert.deepEqual(jobs.at(-1)?.result?.outputs, { n: 3 });
});

test('the logs are text and name what Terraform did', async () => {
  const job = await client.complete('/api/deploy', { projectId: 'logged', iacCode: code });
  const { body, headers } = await client.get(`/api/deploy/jobs/${job.jobId}/logs`);
  assert.match(headers.get('content-type') ?? '', /^text\/plain/);
  assert.match(body, /apply .*terraform_data\.greeting: Creation complete/);
});

test("a user's own backend is refused: the state stays with the engine", async () => {
  const iacCode = `terraform {\n  backend "http" {\n    address = "http://127.0.0.1:9/state"\n  }\n}\n${code.replace(/terraform \{[^}]*\}/, '')}`;
  const { body } = await client.post('/api/deploy', { projectId: 'own-backend', iacCode });
  assert.match((await client.finished(body.jobId)).error ?? '', /PRE-BACKEND at main\.tf:2/);
});
