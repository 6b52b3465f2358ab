import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createProgram } from '../../cli/src/program.ts';
import { writePackage } from './write-package.ts';

let folder = '';
let code = '';
let deployer = '';
const npm = (cwd: string, ...words: string[]) => promisify(execFile)('npm', words, { cwd });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'package-'));
  const [built, user] = [join(folder, 'built'), join(folder, 'user')];
  code = join(folder, 'code');
  await writePackage(built);
  await npm(built, 'pack', '--pack-destination', folder);
  const [archive = ''] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
  for (const each of [user, code]) await mkdir(each);
  await writeFile(join(user, 'package.json'), '{"private":true}');
  await npm(user, 'install', '--offline', '--no-audit', '--no-fund', join(folder, archive));
  deployer = join(user, 'node_modules/.bin/deployer');
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

type Ran = { code: number; stdout: string; stderr: string };
async function run(...words: string[]): Promise<Ran> {
  const env = { PATH: process.env.PATH ?? '', XDG_CONFIG_HOME: '/nonexistent' };
  try {
    return { code: 0, ...(await promisify(execFile)(deployer, words, { cwd: code, env })) };
  } catch (error) {
    return error as Ran;
  }
}

test('installed from its archive it needs no other package, and knows its version', async () => {
  const installed = await readdir(join(folder, 'user/node_modules'));
  expect(installed.filter((name) => !name.startsWith('.'))).toStrictEqual(['@deployment-engine']);
  const { version } = JSON.parse(await readFile(join(import.meta.dirname, '../../cli/package.json'), 'utf8'));
  expect(await run('--version')).toMatchObject({ code: 0, stdout: `${version}\n` });
});

test('the package has the commands of the source', async () => {
  const program = await createProgram(['--help']);
  expect((await run('--help')).stdout).toBe(program.helpInformation());
});

test('what is loaded on demand is there: settings, variables, kinds, tools for agents', async () => {
  await writeFile(join(code, 'main.tf'), 'variable "name" {}\n');
  await writeFile(join(code, 'some.tfvars'), 'name = "you"\n');
  await writeFile(join(code, 'deployer.yaml'), 'url: http://127.0.0.1:1\nproject: packed\n');
  const planned = await run('plan', '--var-file', 'some.tfvars');
  expect(planned).toMatchObject({ code: 4, stderr: expect.stringContaining('http://127.0.0.1:1') });
  expect(planned.stderr).toContain('Sending 2 files');
  expect(await run('status', 'deploy-1704067200000-abcd1234')).toMatchObject({ code: 4 });
  await mkdir(join(code, 'kinds/Empty'), { recursive: true });
  await writeFile(join(code, 'kinds/Empty/kind.yaml'), 'kind: Empty\n');
  expect((await run('kinds', 'check', 'kinds')).stdout).toContain('Empty');
  expect((await run('mcp', '--root', 'nowhere')).stderr).toContain('nowhere');
});

test('the licence of each package that is in it is named', async () => {
  const text = await readFile(join(folder, 'built/THIRD-PARTY-LICENSES'), 'utf8');
  for (const name of ['commander', 'yaml', 'zod', '@modelcontextprotocol/server', 'hcl2-parser'])
    expect(text).toMatch(new RegExp(`^${name} \\d`, 'm'));
});
