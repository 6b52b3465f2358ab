import assert from 'node:assert/strict';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { coversState, initKey, readInitResult, restoreInitResult } from './init-results.ts';

let folder: string;
let mirror: string;
let target: string;
const link = 'registry.terraform.io/hashicorp/aws/5.100.0/linux_amd64';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'init-'));
  mirror = join(folder, 'mirror');
  target = join(mirror, link);
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'terraform-provider-aws_v5'), 'binary');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A root module as init leaves it. */
function initialised(name: string, to = target): string {
  const root = join(folder, name);
  const path = join(root, '.terraform/providers', link);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(to, path);
  writeFileSync(join(root, '.terraform/terraform.tfstate'), '{"backend":1}');
  writeFileSync(join(root, '.terraform.lock.hcl'), 'provider "aws" {}');
  return root;
}

function emptyRoot(): string {
  const root = join(folder, 'next');
  mkdirSync(root);
  return root;
}

test('the next root module gets the same links, lock file and backend', async () => {
  const result = await readInitResult(initialised('first'), mirror);
  const next = emptyRoot();
  expect(result && (await restoreInitResult(next, mirror, result))).toBe(true);
  expect(readlinkSync(join(next, '.terraform/providers', link))).toBe(target);
  expect(readFileSync(join(next, '.terraform/terraform.tfstate'), 'utf8')).toBe('{"backend":1}');
  expect(readFileSync(join(next, '.terraform.lock.hcl'), 'utf8')).toBe('provider "aws" {}');
});

test('a relative link counts as the package that it leads to', async () => {
  const root = initialised(
    'relative',
    relative(dirname(join(folder, 'relative/.terraform/providers', link)), target),
  );
  expect((await readInitResult(root, mirror))?.packages[0]?.target).toBe(target);
});

test('the lock file of a project stays', async () => {
  const result = await readInitResult(initialised('first'), mirror);
  const next = emptyRoot();
  writeFileSync(join(next, '.terraform.lock.hcl'), 'mine');
  expect(result && (await restoreInitResult(next, mirror, result))).toBe(true);
  expect(readFileSync(join(next, '.terraform.lock.hcl'), 'utf8')).toBe('mine');
});

test.each([
  ['has another content', () => writeFileSync(join(target, 'terraform-provider-aws_v5'), 'other!')],
  ['has a further file', () => writeFileSync(join(target, 'terraform-provider-aws_v6'), 'binary')],
  [
    'has a newer version beside it',
    () => mkdirSync(join(mirror, 'registry.terraform.io/hashicorp/aws/5.101.0')),
  ],
  [
    'has a packed version beside it',
    () => writeFileSync(join(dirname(dirname(target)), 'terraform-provider-aws_5.101.0_linux_amd64.zip'), ''),
  ],
  ['is gone', () => rmSync(target, { recursive: true })],
  [
    'was replaced by a file of the same size',
    () => {
      rmSync(join(target, 'terraform-provider-aws_v5'));
      writeFileSync(join(target, 'terraform-provider-aws_v5'), 'BINARY');
    },
  ],
])('a package of the mirror that %s is not linked, and nothing is written', async (_what, change) => {
  const result = await readInitResult(initialised('first'), mirror);
  change();
  const next = emptyRoot();
  expect(result && (await restoreInitResult(next, mirror, result))).toBe(false);
  expect(existsSync(join(next, '.terraform'))).toBe(false);
});

test('nothing is remembered of a link that leaves the mirror, of a provider in the job, of modules', async () => {
  const outside = join(folder, 'outside');
  mkdirSync(outside);
  expect(await readInitResult(initialised('left', outside), mirror)).toBe(undefined);
  expect(await readInitResult(initialised('without-mirror'), undefined)).toBe(undefined);

  const downloaded = initialised('downloaded');
  rmSync(join(downloaded, '.terraform/providers', link));
  mkdirSync(join(downloaded, '.terraform/providers', link));
  expect(lstatSync(join(downloaded, '.terraform/providers', link)).isSymbolicLink()).toBe(false);
  expect(await readInitResult(downloaded, mirror)).toBe(undefined);

  const modules = initialised('modules');
  mkdirSync(join(modules, '.terraform/modules'));
  expect(await readInitResult(modules, mirror)).toBe(undefined);
});

test('the key follows from everything that init reads but the state', () => {
  const reads = {
    terraform: { version: '1.11.4', path: '/usr/bin/terraform' },
    mirror: '/mirror',
    rootModule: '.',
    revisionDigest: 'a',
  };
  const others = [
    { ...reads, terraform: { ...reads.terraform, version: '1.12.0' } },
    { ...reads, terraform: { ...reads.terraform, path: '/opt/terraform' } },
    { ...reads, mirror: undefined },
    { ...reads, rootModule: 'infra' },
    { ...reads, revisionDigest: 'b' },
  ];
  const keys = [reads, ...others].map(initKey);
  expect(new Set(keys).size).toBe(keys.length);
});

test('a result covers a state whose providers it has, under any module and alias', async () => {
  const result = await readInitResult(initialised('first'), mirror);
  assert.ok(result);
  const aws = 'provider["registry.terraform.io/hashicorp/aws"]';
  const covered = [aws, `module.a.${aws}`, `${aws}.west`, 'provider["terraform.io/builtin/terraform"]'];
  expect(coversState(result, covered)).toBe(true);
  expect(coversState(result, [...covered, 'provider["registry.terraform.io/hashicorp/null"]'])).toBe(false);
  expect(coversState(result, ['provider.aws'])).toBe(false);
});
