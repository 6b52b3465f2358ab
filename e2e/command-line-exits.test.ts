import assert from 'node:assert/strict';
import { join } from 'node:path';
import { runDeployer, startDeployer, writeFiles } from '../cli/test/support.ts';
import { ctrlC, endTerminals, startOnTerminal } from '../cli/test/terminal-kit.ts';
import { allowsProvisioners } from '../testing/policy-file.ts';
import { sharedEngine } from '../testing/shared-engine.ts';
import { shellEnv, slowCode } from '../testing/slow-code.ts';

const { engine, client } = sharedEngine({ runnerEnv: shellEnv, policy: allowsProvisioners });
let folder = '';

beforeAll(async () => {
  folder = join(engine().directory, 'code');
  await writeFiles(folder, { 'main.tf': slowCode });
});
afterAll(endTerminals);

const apply = (project: string) => ['deploy', '--project', project, '--auto-approve'];
const created = /terraform_data\.r0: created/;

/** Returns the only job of a project, once it has ended. */
async function endOf(project: string) {
  const { body } = await client.get(`/api/deploy/jobs?projectId=${project}`);
  assert.equal(body.jobs.length, 1);
  return client.endOf(body.jobs[0].jobId);
}

test('Ctrl-C on a terminal and d: code 130 while Terraform applies, and the apply completes', async () => {
  const terminal = startOnTerminal(engine().url, apply('detached'), { cwd: folder });
  await terminal.shows(created);
  terminal.type(ctrlC);
  await terminal.shows(/Detach, cancel job \S+, or go on\? \[d\/c\/G\]/);
  terminal.type('d\r');
  expect(await terminal.ended).toBe(130);
  const [, jobId = ''] = /deployer logs (\S+) --follow/.exec(terminal.screen()) ?? [];
  const job = await endOf('detached');
  expect(job).toMatchObject({ jobId, status: 'completed', result: { outputs: { count: 8 } } });
  expect(await runDeployer(engine().url, ['status', 'detached'])).toMatchObject({ code: 0 });
});

test('Ctrl-C on a terminal and c: code 1, and Terraform has stopped before its end', async () => {
  const terminal = startOnTerminal(engine().url, apply('cancelled'), { cwd: folder });
  await terminal.shows(created);
  terminal.type(ctrlC);
  await terminal.shows(/\[d\/c\/G\]/);
  terminal.type('c\r');
  expect(await terminal.ended).toBe(1);
  expect((await endOf('cancelled')).status).toBe('cancelled');
  const { stdout } = await runDeployer(engine().url, ['state', 'list', 'cancelled']);
  expect(stdout).toContain('terraform_data.r0\n');
  expect(stdout).not.toContain('terraform_data.r7');
});

test('an interrupt in a pipe: code 130, and the apply completes', async () => {
  const running = startDeployer(engine().url, apply('piped'), { cwd: folder });
  running.interruptAfter(created, 'SIGINT');
  expect(await running.ended).toMatchObject({
    code: 130,
    stderr: expect.stringMatching(/deployer: detached/),
  });
  expect((await endOf('piped')).status).toBe('completed');
});

test('a gateway killed during an apply: new commands end with code 4, and the one that watches ends as the apply does', async () => {
  const watching = startDeployer(engine().url, apply('killed'), { cwd: folder });
  const isApplying = Promise.withResolvers<void>();
  watching.after(created, isApplying.resolve);
  await isApplying.promise;
  await engine().gateway?.stop('SIGKILL');
  for (const words of [
    ['status', 'killed'],
    ['plan', '--project', 'killed'],
    ['list', '--json'],
  ])
    expect(await runDeployer(engine().url, words, { cwd: folder })).toMatchObject({
      code: 4,
      stdout: '',
      stderr: expect.stringContaining(`no engine answers at ${engine().url}`),
    });
  await engine().startGateway();
  const ended = await watching.ended;
  assert.equal(ended.code, 0, ended.stderr);
  expect(ended.stdout).toBe('killed: 8 created\n\nOutputs:\ncount = 8\n');
  for (let index = 0; index < 8; index += 1)
    expect(ended.stderr.match(new RegExp(`terraform_data\\.r${index}: created`, 'g'))).toHaveLength(1);
});
