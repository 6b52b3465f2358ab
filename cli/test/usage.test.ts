import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runDeployer, writeFiles } from './support.ts';

const nobody = 'http://127.0.0.1:1';
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const deployer = (...words: string[]) => runDeployer(nobody, words, { cwd: folder });

test.each<[words: string[], says: RegExp]>([
  [['nothing'], /unknown command 'nothing'/],
  [['deploy', '--nothing'], /unknown option '--nothing'/],
  [['status', '--url', 'engine'], /--url engine: it is not an address/],
  [['deploy', '--parallelism', '3'], /--parallelism is for stacks only; name one with --stack/],
  [['deploy', '--no-wait'], /--no-wait is for stacks only/],
  [['deploy', '--stack', 'x', '--environment', 'y', '--parallelism', '0'], /not a whole number above 0/],
  [['plan', '--stack', 'x'], /name the environment with --environment/],
  [['plan', '--var', 'x'], /--var x: write it as NAME=value/],
  [['plan', '--var', 'x:=['], /--var x:=\[: the part after := is not JSON/],
  [['plan', '--project', 'a b'], /project a b: projectId must be/],
  [['destroy', 'shop', '--project', 'shop'], /shop: give it either as a word or by an option/],
  [['state', 'list', 'shop', '--environment', 'x'], /shop: give it either as a word or by an option/],
  [['outputs', '--raw'], /--raw: name the output/],
  [['approve', 'x'], /x is no job or pipeline/],
  [['resume', 'deploy-1704067200000-abc123'], /only a pipeline can be resumed/],
  [['stack', 'init', 'No'], /the name No is not allowed/],
  [['keys', 'create', 'x', '--role', 'king'], /Allowed choices are viewer/],
])('%j is a wrong call: code 2', async (words, says) => {
  await writeFiles(folder, { 'main.tf': '' });
  const { code, stdout, stderr } = await deployer(...words);
  expect([code, stdout]).toStrictEqual([2, '']);
  expect(stderr).toMatch(says);
});

test.each([
  ['destroy', 'shop'],
  ['rollback', 'shop'],
  ['drift', 'detect', 'shop'],
  ['drift', 'show', 'shop'],
  ['state', 'list', 'shop'],
  ['state', 'versions', 'shop'],
  ['orphans', 'list', 'shop'],
  ['costs', 'shop'],
])('%s %s names the project by a word', async (...words) => {
  expect((await deployer(...words)).code).toBe(4);
  const bad = await deployer(...words.slice(0, -1), 'not/a/project');
  expect([bad.code, bad.stderr]).toStrictEqual([
    2,
    expect.stringContaining('project not/a/project: projectId must be'),
  ]);
});

test('an engine that does not answer is code 4, with --json as JSON', async () => {
  const plain = await deployer('status', 'p');
  expect(plain).toMatchObject({ code: 4, stdout: '' });
  expect(plain.stderr).toMatch(
    /^deployer: no engine answers at http:\/\/127\.0\.0\.1:1 .*name it with --url\n$/,
  );
  const { code, stderr } = await deployer('--json', 'status', 'p');
  expect([code, JSON.parse(stderr)]).toMatchObject([4, { exitCode: 4, error: { url: nobody } }]);
});

test('help and version are code 0, also of commands in groups', async () => {
  expect(await deployer('--version')).toMatchObject({ code: 0, stdout: '0.1.0\n', stderr: '' });
  expect((await deployer('help', 'drift')).stdout).toMatch(/^ {2}detect/m);
  expect((await deployer('apply', '--help')).stdout).toMatch(/^Usage: deployer deploy\|apply /);
});

test('the files of a new stack and service are valid, and existing ones stay', async () => {
  const made = await deployer('stack', 'init', 'shop');
  expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining('wrote stacks/shop/stack.yaml\n') });
  expect((await deployer('service', 'add', 'orders')).stdout).toContain(
    'wrote stacks/shop/services/orders/service.yaml\n',
  );
  expect(await deployer('stack', 'init', 'shop')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('all of its files exist already'),
  });
});

test.each([
  ['deployer', {}],
  ['npx deployer', { npm_command: 'exec' }],
] as const)('hints begin with %s, as the command was started', async (start, env) => {
  const login = await runDeployer(nobody, ['login'], { cwd: folder, env });
  expect(login.stderr).toContain(`or write ${start} login < FILE`);
  const restore = await runDeployer(nobody, ['state', 'restore', '1', '--project', 'x'], {
    cwd: folder,
    env,
  });
  expect(restore).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`look at ${start} state diff first`),
  });
});
