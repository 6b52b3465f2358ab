import assert from 'node:assert/strict';
import { join } from 'node:path';
import { sharedEngine } from '../../testing/shared-engine.ts';
import { notesRepository } from '../../testing/stacks/notes.ts';
import { type RunOptions, runDeployer, writeFiles } from './support.ts';

const { engine } = sharedEngine();
const needsName = 'variable "name" {}\nresource "terraform_data" "a" { input = var.name }\n';
const job = 'deploy-1704067200000-abc12345';
const pipeline = 'pipeline-1704067200000-abc12345';
const orphan = 'orphan-0123456789abcdef';
let code = '';
let repo = '';

beforeAll(async () => {
  code = join(engine().directory, 'code');
  repo = join(engine().directory, 'repo');
  await writeFiles(code, { 'main.tf': needsName });
  await writeFiles(repo, notesRepository({ 'base/first': { text: 'one' } }));
});

const deployer = (words: string[], options: RunOptions = {}) =>
  runDeployer(engine().url, words, { cwd: code, ...options });

/** Runs a command that must not show the API: no method, no path, no JSON pointer. */
async function refused(words: string[], options?: RunOptions) {
  const ran = await deployer(words, options);
  expect(ran.stdout + ran.stderr).not.toMatch(/\b(GET|POST|PUT|PATCH|DELETE) |\/api\/|: \/[a-z]/i);
  return ran;
}

/** Command → what follows it. */
const ofProject: [command: string, words: string[]][] = [
  ['show', ['nobody']],
  ['graph', ['--project', 'nobody']],
  ['history', ['nobody']],
  ['state show', ['nobody']],
  ['state list', ['nobody']],
  ['state versions', ['nobody']],
  ['state diff', ['--project', 'nobody']],
  ['state pull', ['--project', 'nobody']],
  ['state restore', ['1', '--force', '--project', 'nobody']],
  ['costs show', ['nobody']],
  ['costs history', ['nobody']],
  ['drift detect', ['nobody']],
  ['drift show', ['nobody']],
  ['drift remediate', ['nobody']],
  ['drift schedule', ['0 6 * * *', '--project', 'nobody']],
  ['orphans list', ['nobody']],
  ['orphans adopt', [orphan, '--project', 'nobody']],
  ['orphans delete', [orphan, '--project', 'nobody']],
  ['orphans acknowledge', [orphan, '--why', 'a reason', '--project', 'nobody']],
  ['outputs', ['--project', 'nobody']],
  ['logs', ['nobody']],
  ['status', ['nobody']],
  ['status', ['nobody', '--follow']],
  ['rollback', ['nobody']],
  ['destroy', ['nobody']],
  ['list', ['jobs', '--project', 'nobody']],
  ['secrets list', ['nobody']],
  ['secrets remove', ['nobody', 'x']],
  ['secrets rotate', ['nobody']],
  ['policy show', ['nobody']],
];
for (const [command, words] of ofProject)
  test(`${command} ${words.join(' ')} says that there is no such project, and what lists them`, async () => {
    expect(await refused([...command.split(' '), ...words])).toStrictEqual({
      code: 1,
      stdout: '',
      stderr: `deployer ${command}: no project nobody exists; a first deploy or plan creates it; deployer list projects lists those that you may see\n`,
    });
  });

const wrong: [words: string[], code: number, says: string][] = [
  [
    ['list', 'pipelines', '--stack', 'none'],
    1,
    'deployer list: no stack none exists; a first plan or apply creates it; deployer list stacks lists',
  ],
  [['status', job], 1, `deployer status: no job ${job} exists; deployer list jobs lists`],
  [['logs', job, '--follow'], 1, `deployer logs: no job ${job} exists`],
  [['approve', job, '--plan-digest', '0'.repeat(64)], 1, `deployer approve: no job ${job} exists`],
  [['cancel', pipeline], 1, `deployer cancel: no pipeline ${pipeline} exists; deployer list pipelines lists`],
  [['deploy', '--project', 'x', '--ttl-seconds', '1'], 1, 'deployer deploy: --ttl-seconds: Too small'],
  [['deploy', '--project', 'x', '--message', 'm'.repeat(501)], 1, 'deployer deploy: --message: Too big'],
  [
    ['orphans', 'acknowledge', orphan, '--why', 'x', '--project', 'nobody'],
    1,
    'deployer orphans acknowledge: --why: Too small',
  ],
  [
    ['kinds', 'show', 'Nothing'],
    1,
    'deployer kinds show: no kind Nothing exists; deployer kinds list lists them',
  ],
];
for (const [words, exit, says] of wrong)
  test(`${words.join(' ').slice(0, 60)} ends with code ${exit} and says what is wrong`, async () => {
    const ran = await refused(words);
    expect(ran).toMatchObject({ code: exit, stdout: '', stderr: expect.stringContaining(says) });
  });

test('--json has method and path of the refused request beside the message, and --verbose prints them', async () => {
  const { code: exit, stderr } = await deployer(['state', 'versions', 'nobody', '--json']);
  expect([exit, JSON.parse(stderr).error]).toMatchObject([
    1,
    {
      message: expect.stringMatching(/^no project nobody exists/),
      operation: 'GET /api/deploy/state/nobody/versions',
      code: 'project_not_found',
      status: 404,
    },
  ]);
  const verbose = await deployer(['state', 'versions', 'nobody', '--verbose']);
  expect(verbose.stderr).toMatch(/^deployer: GET http\S+\/api\/deploy\/state\/nobody\/versions: 404/);
});

test('a variable that is missing or not declared is asked for as an option gives it', async () => {
  const { code: exit, stderr } = await refused(['plan', '--project', 'unset', '--var', 'other=1']);
  assert.equal(exit, 1, stderr);
  expect(stderr).toContain('Give its value with --var or --var-file.');
  expect(stderr).toContain('"other", but --var, --var-file or TF_VAR_* gives it a value');
  expect(stderr).not.toContain('`variables`');
});

test('code that the policy blocks: code 3, and the command that allows it', async () => {
  const folder = join(engine().directory, 'blocked');
  const provisioner = '  provisioner "local-exec" {\n    command = "true"\n  }\n';
  await writeFiles(folder, { 'main.tf': `resource "terraform_data" "a" {\n${provisioner}}\n` });
  const { code: exit, stderr } = await refused(['deploy', 'blocked', '--auto-approve'], {
    cwd: engine().directory,
  });
  expect([exit, stderr]).toStrictEqual([
    3,
    expect.stringMatching(/deployer policy allow PROJECT PRE-PROVISIONER .*--who '…' --why '…'/),
  ]);
});

test('a job that waits names the command that approves it', async () => {
  const asked = await refused(['deploy', '--project', 'waits', '--var', 'name=x']);
  assert.equal(asked.code, 3, asked.stderr);
  const { stdout } = await refused(['status', 'waits']);
  expect(stdout).toMatch(
    /^ {2}waits {6}for deployer approve deploy-\S+: the job was requested without --auto-approve$/m,
  );
});

test('a stack: nothing deployed, unknown parts, a held lock', async () => {
  const inRepo = (...words: string[]) => refused([...words, '--environment', 'development'], { cwd: repo });
  for (const command of ['status', 'outputs', 'history', 'destroy', 'rollback'])
    expect(await inRepo(command)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        new RegExp(
          `^deployer ${command}: stack notes has nothing deployed in development; a first apply deploys it`,
        ),
      ),
    });
  expect((await inRepo('plan', '--component', 'base/none')).stderr).toMatch(
    /deployer plan: --component: stack notes in development has no component base\/none; it has base\/first\n$/,
  );
  expect((await inRepo('plan', '--service', 'none')).stderr).toMatch(
    /deployer plan: --service: stack notes in development has no service none/,
  );
  expect((await inRepo('deploy')).code).toBe(3);
  const locked = await inRepo('deploy', '--no-wait');
  expect([locked.code, locked.stderr]).toStrictEqual([
    1,
    expect.stringMatching(/^deployer deploy: starting a pipeline .* cancel it, or leave out --no-wait\n$/),
  ]);
});
