import assert from 'node:assert/strict';
import { join } from 'node:path';
import { sharedEngine } from '../../testing/shared-engine.ts';
import { type RunOptions, runDeployer, startDeployer, writeFiles } from './support.ts';

const { engine, client } = sharedEngine();
const code = `variable "name" {}
variable "tags" {
  type    = list(string)
  default = []
}
resource "terraform_data" "greeting" {
  input = "Hello, \${var.name}! \${join(",", var.tags)}"
}
output "greeting" { value = terraform_data.greeting.output }
output "token" {
  value     = "hidden"
  sensitive = true
}
`;
let folder = '';

beforeAll(async () => {
  folder = join(engine().directory, 'greeting');
  await writeFiles(folder, { 'main.tf': code, 'terraform.tfstate': '{}', '.terraform/providers/x': '' });
});

const deployer = (words: string[], options: RunOptions = {}) =>
  runDeployer(engine().url, words, { cwd: folder, ...options });
const named = ['--var', 'name=you'];

test('a plan is printed with its changes; its progress is plain lines with times on standard error', async () => {
  const { code: exit, stdout, stderr } = await deployer(['plan', ...named, '--detailed-exitcode']);
  assert.equal(exit, 5, stderr);
  expect(stdout).toBe(`# terraform_data.greeting will be created
+ terraform_data.greeting
    + id     = (known after apply)
    + input  = "Hello, you! "
    + output = (known after apply)

Outputs:
    + greeting = (known after apply)
    + token = (sensitive)

Plan: 1 to create.
`);
  expect(stderr).toMatch(/^Sending 1 file \(0\.3 kB\) of \.\nLeft out: \.terraform\/, terraform\.tfstate\n/);
  expect(stderr).toMatch(/^\d\d:\d\d:\d\dZ plan: 1 to create$/m);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a pipe gets none
  expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
});

test('a deploy without --auto-approve ends with code 3 and says how to approve the very plan it shows', async () => {
  const asked = await deployer(['deploy', ...named, '--message', 'first']);
  assert.equal(asked.code, 3, asked.stderr);
  expect(asked.stdout).toContain('Plan: 1 to create.');
  const [, job = '', digest = ''] =
    /approve (deploy-\S+) --plan-digest ([0-9a-f]{64})$/m.exec(asked.stderr) ?? [];
  expect(await deployer(['approve', job])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`--plan-digest ${digest}`),
  });
  expect(await deployer(['approve', job, '--plan-digest', '0'.repeat(64), '--json'])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^\{"error":\{.*"code":"plan_digest_mismatch".*\},"exitCode":1\}\n$/),
  });
  const approved = await deployer(['approve', job, '--plan-digest', digest]);
  assert.equal(approved.code, 0, approved.stderr);
  expect(approved.stdout).toBe(`greeting: 1 created

Outputs:
greeting = "Hello, you! "
token    = (sensitive)
`);
  expect(approved.stderr).toMatch(/Z terraform_data\.greeting: created after \d/);
});

test('what is deployed is shown: outputs, status, history, state, log', async () => {
  expect(await deployer(['outputs', 'greeting', '--raw'])).toMatchObject({ code: 0, stdout: 'Hello, you! ' });
  expect((await deployer(['outputs', 'token', '--sensitive'])).stdout).toBe('"hidden"\n');
  expect(await deployer(['outputs', 'other'])).toMatchObject({
    code: 1,
    stderr: 'deployer: there is no output other; it has greeting, token\n',
  });
  expect((await deployer(['status'])).stdout).toMatch(
    /^deploy-\S+: completed\n {2}project {4}greeting\n {2}type {7}deploy: first$/m,
  );
  expect((await deployer(['list'])).stdout).toMatch(/^greeting +deployed +revision 1/m);
  expect((await deployer(['show'])).stdout).toMatch(
    /^greeting: deployed$[\s\S]*^ {2}terraform_data\.greeting$/m,
  );
  expect((await deployer(['history', 'greeting'])).stdout).toMatch(
    /^revision 1 .* 1 file$\n {2}deploy-\S+ {2}completed {2}first$/m,
  );
  expect((await deployer(['state', 'list'])).stdout).toBe('terraform_data.greeting\n');
  expect((await deployer(['logs', '--follow'])).stdout).toMatch(/Apply complete/);
  const jobs = JSON.parse((await deployer(['list', 'jobs', '--project', 'greeting', '--json'])).stdout);
  expect(jobs.jobs[0]).toMatchObject({ projectId: 'greeting', status: 'completed' });
});

test('variables have types, and --json prints the answer of the engine alone', async () => {
  const words = ['deploy', '--auto-approve', '--json', '--var', 'name=we', '--var', 'tags:=["a","b"]'];
  const { code: exit, stdout, stderr } = await deployer(words);
  assert.equal(exit, 0, stderr);
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toMatchObject({
    status: 'completed',
    result: { outputs: { greeting: 'Hello, we! a,b' } },
  });
});

test('drift is looked for, a rollback brings the last revision back', async () => {
  expect(await deployer(['drift', 'detect', '--detailed-exitcode'])).toMatchObject({
    code: 0,
    stdout: 'greeting: no drift\n',
  });
  expect(await deployer(['drift', 'remediate'])).toMatchObject({ code: 0, stdout: 'greeting: no drift\n' });
  const back = await deployer(['rollback', '--auto-approve']);
  assert.equal(back.code, 0, back.stderr);
  expect(back.stdout).toContain('greeting = "Hello, you! "');
});

test('code that Terraform refuses is shown with a caret under the cause, and code 1', async () => {
  const broken = 'resource "terraform_data" "x" {\n\tinputs = 1\n}\n';
  const failed = await deployer(['deploy', '-', '--project', 'broken'], { input: broken });
  expect(failed.code).toBe(1);
  expect(failed.stderr).toContain(
    [
      'main.tf:2:2, in resource "terraform_data" "x"',
      '              2 | \tinputs = 1',
      '                | \t^^^^^^',
      '            An argument named "inputs" is not expected here.',
    ].join('\n'),
  );
  expect(failed.stderr).toMatch(/deployer: deploy-\S+ failed: plan: Unsupported argument/);
  expect(await deployer(['status', 'broken'])).toMatchObject({ code: 1 });
});

test('code that a policy blocks ends with code 3', async () => {
  const hostile =
    'resource "terraform_data" "x" {\n  provisioner "local-exec" {\n    command = "id"\n  }\n}\n';
  const blocked = await deployer(['deploy', '-', '--project', 'blocked', '--auto-approve'], {
    input: hostile,
  });
  expect(blocked).toMatchObject({ code: 3, stdout: '' });
  expect(blocked.stderr).toContain('main.tf:2');
});

test('a rejected job changes nothing, and only one that waits can be rejected', async () => {
  const asked = await deployer(['deploy', ...named, '--project', 'rejected', '--json']);
  expect(asked.code).toBe(3);
  const { jobId } = JSON.parse(asked.stdout);
  expect(await deployer(['reject', jobId])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(jobId),
  });
  expect(await deployer(['reject', jobId])).toMatchObject({
    code: 1,
    stderr: `deployer: job ${jobId} is cancelled; it does not wait for approval\n`,
  });
  expect((await deployer(['cancel', jobId])).code).toBe(1);
});

test('an interrupted command ends with code 130, and its job goes on', async () => {
  const words = ['deploy', ...named, '--project', 'detached', '--auto-approve'];
  const running = startDeployer(engine().url, words, { cwd: folder });
  running.interruptAfter(/Z The job is queued/, 'SIGINT');
  const { code: exit, stderr } = await running.ended;
  expect(exit).toBe(130);
  const job = /job (deploy-\S+) goes on\. Watch it with: deployer logs \1 --follow/.exec(stderr)?.[1] ?? '';
  expect((await client.finished(job)).status).toBe('completed');
  const detached = await deployer(['destroy', '--project', 'detached', '--auto-approve', '--detach']);
  expect(detached.code).toBe(0);
  const watched = await deployer(['status', detached.stdout.trim(), '--follow']);
  expect(watched).toMatchObject({ code: 0, stdout: 'detached: 1 destroyed\n' });
});

test('a watching command survives a restart of the gateway, and ends with what became of the job', async () => {
  const words = ['deploy', ...named, '--project', 'restarted', '--auto-approve'];
  const running = startDeployer(engine().url, words, { cwd: folder });
  const restarted = new Promise<void>((resolve, reject) => {
    running.after(/Z plan begins/, () => {
      const restart = async () => {
        await engine().gateway?.stop('SIGKILL');
        await engine().startGateway();
      };
      restart().then(resolve, reject);
    });
  });
  const { code: exit, stdout, stderr } = await running.ended;
  await restarted;
  assert.equal(exit, 0, stderr);
  expect(stdout).toContain('restarted: 1 created');
  const lines = stderr.match(/^.*Z plan: .*$/gm) ?? [];
  expect(new Set(lines).size).toBe(lines.length);
});

test('a watching command survives a killed runner, and ends with what became of the job', async () => {
  const words = ['deploy', ...named, '--project', 'killed', '--auto-approve'];
  const running = startDeployer(engine().url, words, { cwd: folder });
  const restarted = new Promise<void>((resolve, reject) => {
    running.after(/Z plan begins/, () => {
      const restart = async () => {
        await engine().runner?.stop('SIGKILL');
        await engine().startRunner();
      };
      restart().then(resolve, reject);
    });
  });
  const { code: exit, stderr } = await running.ended;
  await restarted;
  const job = await client.finished(/Z job (deploy-\S+)/.exec(stderr)?.[1] ?? '');
  assert.equal(exit, job.status === 'completed' ? 0 : 1, stderr);
  expect((await deployer(['outputs', '--project', 'killed', '--json'])).code).toBe(exit);
});

test('what a hostile provider or code says is no command of GitHub Actions, and the annotation is at its line', async () => {
  const orders = '\\n::add-mask::x\\n  ::set-output name=a::b ##[add-path]/tmp';
  const hostile = `resource "terraform_data" "x" {
  lifecycle {
    precondition {
      condition     = terraform_data.y.input == "never"
      error_message = "Refused.${orders}"
    }
  }
}
resource "terraform_data" "y" { input = "x" }
`;
  const place = join(engine().directory, 'hostile');
  await writeFiles(place, { 'infra/main.tf': hostile });
  const {
    code: exit,
    stdout,
    stderr,
  } = await deployer(['deploy', 'infra', '--project', 'hostile', '--verbose'], {
    cwd: place,
    env: { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: place },
  });
  expect(exit).toBe(1);
  const commands = (stdout + stderr).split('\n').filter((line) => /^\s*::|##\[/.test(line));
  expect(commands).toHaveLength(1);
  expect(commands[0]).toMatch(
    /^::error title=[^,]+,file=infra\/main\.tf,line=4,col=23::Refused\.%0A::add-mask::x/,
  );
  expect(stderr).toContain(': :add-mask::x');
});

test('a destroy asks as well', async () => {
  const asked = await deployer(['destroy']);
  expect(asked).toMatchObject({ code: 3, stdout: expect.stringContaining('Plan: 1 to destroy.') });
  await deployer(['reject', /reject (destroy-\S+)/.exec(asked.stderr)?.[1] ?? '']);
  expect(await deployer(['destroy', '--auto-approve'])).toMatchObject({
    code: 0,
    stdout: 'greeting: 1 destroyed\n',
  });
});
