import { execFile } from 'node:child_process';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startTestGateway, type TestGateway } from '../../gateway/test/support.ts';

const main = join(import.meta.dirname, '../src/main.ts');
const example = join(import.meta.dirname, '../../testing/stacks/repo-seed');
const api = 'stacks/user-platform/services/notification-service/components/api';
let it: TestGateway;
let repo = '';

beforeAll(async () => {
  it = await startTestGateway();
  repo = join(it.directory, 'repo');
  await cp(example, repo, { recursive: true });
});
afterAll(() => it[Symbol.asyncDispose]());

const deployer = (...words: string[]) =>
  promisify(execFile)(process.execPath, [main, '--url', it.url, ...words], { cwd: repo });
const inDevelopment = ['--environment', 'development', '--var', 'VERSION=v1.0.0'];

test('a stack is validated as the first example says, in the current folder', async () => {
  const { stdout } = await deployer('validate', '--stack', 'user-platform', ...inDevelopment);
  const needs = (path: string, kind: string) =>
    `warning: stacks/user-platform/services/notification-service/components/${path}:2:7: ${kind} needs a network, and the stack names none; give one as spec.vpc in stacks/user-platform/infra/networking.yaml (no_network)`;
  expect(stdout).toBe(`${needs('api/microservice.yaml', 'MicroService')}
${needs('database/rds.yaml', 'RDS')}
stack user-platform is valid in development: 2 components in 2 waves
  wave 1: notification-service/database (RDS)
  wave 2: notification-service/api (MicroService)
`);
  const service = ['--stack', 'user-platform', '--service', 'notification-service', '--var', 'VERSION=v1'];
  expect((await deployer('validate', ...service)).stdout).toMatch(/is valid in all environments/);
});

test('the example with a kind of its own is valid in all environments', async () => {
  const cwd = join(import.meta.dirname, '../../examples/notes');
  const { stdout } = await promisify(execFile)(process.execPath, [main, '--url', it.url, 'validate'], {
    cwd,
  });
  expect(stdout).toBe('stack notes is valid in all environments\n');
});

test('errors are printed with their places, and the exit code is 1', async () => {
  const failed = deployer('validate', '--environment', 'development');
  await expect(failed).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringContaining(
      `${api}/microservice.yaml:12:10: variable VERSION is not defined; give it with --var VERSION=… or under spec.variables (undefined_variable)`,
    ),
  });
});

test('variables come from a file; those of the command line count over it', async () => {
  const file = join(it.directory, 'vars.yaml');
  await writeFile(file, 'VERSION: 1.5\n');
  const words = ['validate', '--environment', 'development', '--var-file', file];
  expect(JSON.parse((await deployer(...words, '--json')).stdout)).toMatchObject({ valid: true });
  await writeFile(file, 'VERSION: [1]\n');
  await expect(deployer(...words)).rejects.toThrow(/VERSION is not a text, number or boolean/);
  await expect(deployer('validate', '--var', 'VERSION')).rejects.toThrow(/write it as NAME=value/);
});

test.each([
  ['text', /^Wave 1\n/],
  ['mermaid', /^flowchart LR\n/],
  ['dot', /^digraph stack/],
  ['json', /^\{/],
])('the graph is drawn as %s', async (format, begins) => {
  expect((await deployer('graph', ...inDevelopment, '--format', format)).stdout).toMatch(begins);
});

test('an environment whose folder has only hidden files exists, and hidden files are not sent', async () => {
  const environments = join(repo, 'stacks/user-platform/environments');
  await mkdir(join(environments, 'staging'), { recursive: true });
  await writeFile(join(environments, 'staging/.keep'), '');
  const validate = (environment: string) =>
    deployer('validate', '--environment', environment, '--var', 'VERSION=v1');
  expect((await validate('staging')).stdout).toMatch(/is valid in staging/);
  await expect(validate('production')).rejects.toMatchObject({
    stdout: expect.stringContaining('unknown_environment'),
  });
  await rm(environments, { recursive: true });
});

test('nothing is sent of a folder that is no repository or is too large', async () => {
  await expect(deployer('validate', join(it.directory, 'nothing'))).rejects.toThrow(
    /there is no such folder/,
  );
  const other = join(it.directory, 'other');
  await mkdir(other);
  await expect(deployer('validate', other)).rejects.toThrow(/the folder is empty; write main\.tf/);
  await writeFile(join(other, 'a.txt'), '');
  const asStack = ['validate', other, '--environment', 'x'];
  await expect(deployer(...asStack)).rejects.toThrow(/other has no stacks/);
  await writeFile(join(other, 'a.txt'), Buffer.alloc(21_000_000));
  await expect(deployer(...asStack)).rejects.toThrow(/more than 20971520 bytes/);
});

test('kinds are listed and shown', async () => {
  expect((await deployer('kinds', 'list')).stdout).toMatch(/^RDS +database +stateful +.*endpoint/m);
  expect((await deployer('kinds', 'show', 'SQS')).stdout).toMatch(/^SQS \(messaging, stateful\)\n/);
  await expect(deployer('kinds', 'show', 'SQSS')).rejects.toThrow(/no kind SQSS exists/);
});
