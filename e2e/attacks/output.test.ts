import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from '../../testing/client.ts';
import { bareTerraform } from './support/bare-terraform.ts';
import { Stage } from './support/stage.ts';
import { Trap } from './support/trap.ts';

const on = { preflight: true, sandbox: true };
const off = { preflight: false, sandbox: false };

describe('output of code, and reports about it', () => {
  let trap: Trap;
  let stage: Stage;
  beforeAll(async () => {
    trap = await Trap.set();
    stage = await Stage.open({ env: { AUTH: 'required' } });
  });
  afterAll(async () => {
    await stage?.[Symbol.asyncDispose]();
    await trap?.[Symbol.asyncDispose]();
  });

  test('row 25: a log that forges the end of an apply', async () => {
    const forged = '\u001b[2J\u001b[32mApply complete! Resources: 9 added, 0 changed, 0 destroyed.';
    const escaped = JSON.stringify(forged).replaceAll('\\u001b', '\\u001B');
    const files = {
      'main.tf': `resource "terraform_data" "a" {\n  lifecycle {\n    precondition {\n      condition = 1 == length(path.cwd)\n      error_message = "x\\n\\n${escaped.slice(1, -1)}"\n    }\n  }\n}\n`,
    };
    const bare = await bareTerraform(files);
    assert.ok(
      bare.includes('\u001b[2J') && bare.includes('Apply complete!'),
      'the attack does not work by itself',
    );
    await using open = await Stage.open();
    const { job, shown } = await open.deploy(on, files);
    expect(job.status).toBe('failed');
    expect(job.resources.finished).toBe(0);
    assert.ok(!shown.includes('\u001b') && !/\\u001b/i.test(shown), shown);
  });

  test('row 26: sensitive values are for those who may read them', async () => {
    const secret = 'of-the-database-9c1e';
    const files = {
      'main.tf': `variable "p" {\n  sensitive = true\n}\nresource "terraform_data" "db" {\n  input = { user = "app", password = var.p }\n}\noutput "p" {\n  value = var.p\n  sensitive = true\n}\noutput "message" {\n  value = "failed: \${nonsensitive(var.p)}"\n}\n`,
    };
    const bare = await bareTerraform(files, { env: { TF_VAR_p: secret } });
    assert.ok(bare.includes(secret), 'the attack does not work by itself');

    const engine = await stage.engine(on);
    const admin = { authorization: `Bearer ${await adminKey(engine.directory)}` };
    const client = createClient(engine.url, admin);
    await client.complete('/api/deploy', { projectId: 'shop', files, variables: { p: secret } });
    const viewer = await keyWithRole(client, 'viewer');
    const reader = createClient(engine.url, { authorization: `Bearer ${viewer}` });
    const jobId = (await reader.get('/api/deploy/jobs?projectId=shop')).body.jobs[0].jobId;
    const open = [
      `/api/deploy/status/${jobId}`,
      `/api/deploy/jobs/${jobId}/logs`,
      `/api/deploy/jobs/${jobId}/events`,
      `/api/deploy/jobs/${jobId}/plan`,
      '/api/deploy/outputs/shop',
      '/api/deploy/infrastructure/shop',
      '/api/deploy/state/shop/versions',
    ];
    for (const path of open) {
      const answer = await reader.get(path);
      assert.equal(answer.status, 200, path);
      assert.ok(!JSON.stringify(answer.body).includes(secret), path);
    }
    const closed = ['/api/deploy/state/shop', '/api/deploy/outputs/shop?sensitive=true'];
    for (const path of closed) assert.equal((await reader.get(path)).status, 403, path);
    expect(JSON.stringify((await client.get('/api/deploy/state/shop')).body)).toContain(secret);
    expect((await client.get('/api/deploy/outputs/shop?sensitive=true')).body.outputs.p).toBe(secret);
  });

  test('row 27: a secret that output cuts in two', async () => {
    const secret = 'needle-in-the-haystack';
    // The line exceeds every read and length limit; the secret crosses each boundary in turn.
    const code = (before: number) =>
      `variable "t" {}\noutput "x" {\n  value = 1\n  precondition {\n    condition = length(var.t) == 1\n    error_message = "\${join("", [for i in range(${before}) : "0123456789abcdef"])}\${substr("0123456789abcdef", 0, ${before % 16})}\${var.t}\${join("", [for i in range(1000) : "0123456789abcdef"])}"\n  }\n}\n`;
    const engine = await stage.engine(on);
    const client = createClient(engine.url, { authorization: `Bearer ${await adminKey(engine.directory)}` });
    const secrets = { variables: { t: secret } };
    await client.request('PUT', '/api/deploy/secrets/cut/variables', secrets);
    for (const before of [1020, 1022, 1023]) {
      const { body } = await client.post('/api/deploy', { projectId: 'cut', iacCode: code(before) });
      const job = await client.finished(body.jobId);
      expect(job.status).toBe('failed');
      const logs = (await client.get(`/api/deploy/jobs/${job.jobId}/logs`)).body;
      expect(logs).toMatch(/0123456789abcdef0123456789abcdef/);
      assert.ok(
        !JSON.stringify([job, logs]).includes('needle'),
        `${before} times sixteen characters before it`,
      );
    }
  });

  test('row 28: variables that make Terraform write files or take arguments', async () => {
    const env = { TF_LOG: 'trace', TF_LOG_PATH: trap.mark, TF_CLI_ARGS_apply: '-state=elsewhere.tfstate' };
    const files = { 'main.tf': 'resource "terraform_data" "a" {}\n' };
    await bareTerraform(files, { env });
    assert.ok(trap.isMarked(), 'the attack does not work by itself');
    await trap.reset();
    await using careless = await Stage.open({ env });
    for (const controls of [on, off]) {
      const { job } = await careless.deploy(controls, files);
      assert.equal(job.status, 'completed', job.error);
      expect(job.result?.plan?.create).toBe(1);
      assert.ok(!trap.isMarked(), 'a variable of the services reaches Terraform');
    }
    const client = createClient((await careless.engine(on)).url);
    for (const name of ['TF_LOG_PATH', 'TF_CLI_ARGS_apply', 'AWS_CONFIG_FILE', 'LD_PRELOAD', 'HTTPS_PROXY']) {
      const credentials = { [name]: trap.mark };
      const answer = await client.request('PUT', '/api/deploy/secrets/x/credentials', { credentials });
      assert.equal(answer.status, 400, name);
    }
    const asVariables = { projectId: 'x', files, variables: { TF_LOG_PATH: trap.mark, TF_LOG: 'trace' } };
    const accepted = await client.post('/api/deploy', asVariables);
    await client.finished(accepted.body.jobId);
    assert.ok(!trap.isMarked());
  });
});

async function adminKey(directory: string): Promise<string> {
  return (await readFile(join(directory, 'data', 'admin.key'), 'utf8')).trim();
}

async function keyWithRole(client: ReturnType<typeof createClient>, role: string): Promise<string> {
  const answer = await client.post('/api/keys', { name: role, role, projects: ['*'] });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return answer.body.key;
}
