import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { sharedEngine } from '../testing/shared-engine.ts';

const code = await readFile(new URL('../examples/hello/main.tf', import.meta.url), 'utf8');

const { client } = sharedEngine();

test('the example deploys, returns outputs and state, changes with a variable, and is destroyed', async () => {
  const first = await client.complete('/api/deploy', { projectId: 'hello', iacCode: code });
  expect(first.progress).toBe(100);
  expect(first.result?.outputs).toStrictEqual({ greeting: 'Hello, world!' });
  expect(first.result?.message).toBe('Infrastructure deployed successfully');
  expect(first.result?.logs ?? '').toMatch(/terraform_data\.greeting/);
  assert.ok(first.endTime && first.startTime < first.endTime);

  const again = await client.complete('/api/deploy', { projectId: 'hello', iacCode: code });
  expect(again.plan).toStrictEqual({ create: 0, update: 0, delete: 0, replace: 0, noop: 1, import: 0 });

  const changed = await client.complete('/api/deploy', {
    projectId: 'hello',
    iacCode: code,
    variables: { name: 'engine' },
  });
  expect(changed.result?.outputs).toStrictEqual({ greeting: 'Hello, engine!' });
  expect(changed.resources.finished).toBe(1);

  const outputs = await client.get('/api/deploy/outputs/hello');
  expect(outputs.body).toStrictEqual({
    projectId: 'hello',
    outputs: { greeting: 'Hello, engine!' },
    message: 'Terraform outputs retrieved successfully',
  });
  const state = await client.get('/api/deploy/state/hello');
  expect(state.body.state.version).toBe(4);
  expect(state.body.state.resources.length).toBe(1);
  const infrastructure = await client.get('/api/deploy/infrastructure/hello');
  expect(infrastructure.body.deploymentStatus).toBe('deployed');
  expect(infrastructure.body.deploymentJobId).toBe(changed.jobId);

  const destroyed = await client.complete('/api/deploy/destroy', { projectId: 'hello' });
  expect(destroyed.type).toBe('destroy');
  expect((await client.get('/api/deploy/infrastructure/hello')).body.deploymentStatus).toBe('destroyed');
  expect((await client.get('/api/deploy/state/hello')).body.state.resources).toStrictEqual([]);
});

test('a plan job changes nothing and shows what would change, sensitive values redacted', async () => {
  const files = {
    'main.tf':
      'variable "password" {\n  sensitive = true\n}\nresource "terraform_data" "db" {\n  input = { user = "app", password = var.password }\n}\n',
    'values.auto.tfvars': 'password = "correct-horse"\n',
  };
  const job = await client.complete('/api/deploy/plan', { projectId: 'planned', files });
  expect(job.plan).toStrictEqual({ create: 1, update: 0, delete: 0, replace: 0, noop: 0, import: 0 });
  const { body } = await client.get(`/api/deploy/jobs/${job.jobId}/plan`);
  expect(body.changes[0].address).toBe('terraform_data.db');
  expect(body.changes[0].action).toBe('create');
  expect(body.changes[0].before).toBe(null);
  expect(JSON.stringify(body)).not.toMatch(/correct-horse/);
  expect(body.digest).toMatch(/^[0-9a-f]{64}$/);
  expect((await client.get('/api/deploy/infrastructure/planned')).body.deploymentStatus).toBe('not_deployed');
});

test('modules, templates, tfvars and binary files arrive unchanged', async () => {
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
  expect(job.result?.outputs).toStrictEqual({ text: 'Hello module!', size: 8 });
});

test('validation returns the place, the snippet and a stable code, and stores nothing', async () => {
  const iacCode = 'resource "terraform_data" "a" {\n  inptu = 1\n}\n';
  const { status, body } = await client.post('/api/deploy/validate', { iacCode });
  expect(status).toBe(200);
  expect(body.valid).toBe(false);
  const [error] = body.errors;
  expect(error.code).toBe('unsupported_argument');
  expect([error.severity, error.file, error.line, error.column]).toStrictEqual(['error', 'main.tf', 2, 3]);
  expect(error.snippet).toMatch(/inptu = 1/);
  expect(error.address).toBe('terraform_data.a');
  const good = await client.post('/api/deploy/validate', { iacCode: code });
  expect([good.body.valid, good.body.errors]).toStrictEqual([true, []]);
  const projects = await client.get('/api/deploy/projects');
  expect(JSON.stringify(projects.body)).not.toContain('check');
});

test('a stored project validates by its id', async () => {
  await client.complete('/api/deploy/plan', { projectId: 'valid', iacCode: code });
  const { body } = await client.get('/api/deploy/validate/valid');
  expect({
    projectId: body.projectId,
    valid: body.valid,
    errors: body.errors,
    message: body.message,
  }).toStrictEqual({
    projectId: 'valid',
    valid: true,
    errors: [],
    message: 'Terraform configuration is valid',
  });
});

test('a failed job has step, message, diagnostics and whether a retry can help', async () => {
  const iacCode = 'resource "terraform_data" "a" {\n  input = file("missing.txt")\n}\n';
  const { body } = await client.post('/api/deploy', { projectId: 'broken', iacCode });
  const job = await client.finished(body.jobId);
  expect(job.status).toBe('failed');
  expect(job.failure?.step).toBe('plan');
  expect(job.failure?.reason).toBe('terraform_failed');
  expect(job.failure?.retryable).toBe(false);
  expect(job.error ?? '').toMatch(/^plan: .*main\.tf:2/);
  expect(job.failure?.diagnostics[0]?.file).toBe('main.tf');
  expect((await client.get('/api/deploy/infrastructure/broken')).body.deploymentStatus).toBe('failed');
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
  expect(jobs.map((job) => job.status)).toStrictEqual(['completed', 'completed', 'completed']);
  for (const [index, job] of jobs.slice(1).entries())
    assert.ok(
      (job.processingTime ?? '') >= (jobs[index]?.endTime ?? ''),
      'the next starts after the one before has ended',
    );
  expect(jobs.at(-1)?.result?.outputs).toStrictEqual({ n: 3 });
});

test('the logs are text and name what Terraform did', async () => {
  const job = await client.complete('/api/deploy', { projectId: 'logged', iacCode: code });
  const { body, headers } = await client.get(`/api/deploy/jobs/${job.jobId}/logs`);
  expect(headers.get('content-type') ?? '').toMatch(/^text\/plain/);
  expect(body).toMatch(/apply .*terraform_data\.greeting: Creation complete/);
});

test("a user's own backend is refused: the state stays with the engine", async () => {
  const iacCode = `terraform {\n  backend "http" {\n    address = "http://127.0.0.1:9/state"\n  }\n}\n${code.replace(/terraform \{[^}]*\}/, '')}`;
  const { body } = await client.post('/api/deploy', { projectId: 'own-backend', iacCode });
  expect((await client.finished(body.jobId)).error ?? '').toMatch(/PRE-BACKEND at main\.tf:2/);
});
