import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { insertKey } from '../../gateway/src/access/key-store.ts';
import { openPrincipal } from '../../gateway/src/access/principal.ts';
import { type GuardedGateway, startGuardedGateway } from '../../gateway/test/access-support.ts';
import { helloCode } from '../../gateway/test/support.ts';

const run = promisify(execFile);
const main = join(import.meta.dirname, '../src/main.ts');
let it: GuardedGateway;
const at = (name: string) => join(it.directory, name);

beforeAll(async () => {
  it = await startGuardedGateway();
  for (let index = 0; index < 6; index += 1)
    await it.admin.post('/api/deploy', { projectId: `p-${index}`, iacCode: helloCode });
});
afterAll(() => it?.[Symbol.asyncDispose]());

const deployerAs = (token: string, ...args: string[]) =>
  run(process.execPath, [main, '--url', it.url, ...args], { env: { ...process.env, DEPLOYER_TOKEN: token } });
const deployer = (...args: string[]) => deployerAs(it.adminKey, ...args);

test('a key is created, works, is listed and revoked', async () => {
  const made = await deployer('keys', 'create', 'ci', '--role', 'viewer', '--projects', 'p-*,q');
  const key = made.stdout.trim();
  expect(key).toMatch(/^de_[0-9a-f]{16}_[A-Za-z0-9_-]{43}$/);
  const listed = await deployer('keys', 'list');
  const id = key.split('_')[1] ?? '';
  expect(listed.stdout).toMatch(new RegExp(`${id} {2}viewer {4}p-\\*,q {2}ci: expires .*never used`));
  await expect(deployerAs(key, 'keys', 'list')).rejects.toThrow(/needs the role admin; the caller is viewer/);
  expect((await deployer('keys', 'revoke', id)).stdout).toMatch(/Revoked/);
  await expect(deployerAs(key, 'keys', 'list')).rejects.toThrow(/wrong, revoked or expired/);
});

test('keys made while the engine was open are marked in the list and revoked together, others stay', async () => {
  const keys = ['first', 'second'].map((name) => ({ name, role: 'viewer' as const, projects: ['*'] }));
  const open = { blastRadius: null, stackLimits: null, expiresInDays: 1 };
  const { query } = it.gateway.context.database;
  const made = [];
  for (const key of keys) made.push(await insertKey(query, { ...key, ...open }, openPrincipal.id));
  const own = (await deployer('keys', 'create', 'own', '--role', 'viewer')).stdout.trim();
  const marked = async () => (await deployer('keys', 'list')).stdout.match(/^.*MADE WHILE OPEN$/gm) ?? [];
  expect((await marked()).length).toBe(2);
  await expect(deployer('keys', 'revoke')).rejects.toThrow(/give either an id or --made-while-open/);
  const [{ row } = assert.fail()] = made;
  const both = deployer('keys', 'revoke', row.id, '--made-while-open');
  await expect(both).rejects.toThrow(/give either an id or --made-while-open/);
  assert.ok((await marked()).every((line) => !line.includes('revoked')));

  const { stdout } = await deployer('keys', 'revoke', '--made-while-open');
  expect(stdout).toMatch(/^2 keys are revoked$/m);
  assert.ok((await marked()).every((line) => line.includes(': revoked ')));
  for (const { key } of made)
    await expect(deployerAs(key, 'keys', 'list')).rejects.toThrow(/wrong, revoked or expired/);
  await assert.rejects(deployerAs(own, 'keys', 'list'), /the caller is viewer/, 'it is still a key');
  expect(JSON.parse((await deployer('--json', 'keys', 'revoke', '--made-while-open')).stdout)).toStrictEqual(
    [],
  );
});

test('the key of the first start is in a file that only its owner can read, and works from there', async () => {
  const file = at('data/admin.key');
  const args = ['--url', it.url, '--token-file', file, 'keys', 'list'];
  const { stdout } = await run(process.execPath, [main, ...args], { env: { PATH: process.env.PATH } });
  expect(stdout).toMatch(/admin: never expires/);
});

test('an export and a head are verified; every change to the export is found', async () => {
  await deployer('audit', 'head', at('head.json'));
  await deployer('audit', 'export', at('log.jsonl'));
  const verify = (file: string) => deployer('audit', 'verify', '--export', file, '--head', at('head.json'));
  expect((await verify(at('log.jsonl'))).stdout).toMatch(/is intact/);
  const lines = (await readFile(at('log.jsonl'), 'utf8')).trimEnd().split('\n');
  const changed: Record<string, [lines: (string | undefined)[], says: RegExp]> = {
    edited: [lines.with(2, lines[2]?.replace('"p-2"', '"p-9"') ?? ''), /edited: entry 3/],
    deleted: [lines.toSpliced(3, 1), /missing: entries 4 to 4/],
    reordered: [lines.with(2, lines[3] ?? '').with(3, lines[2] ?? ''), /disordered: entry 3/],
    truncated: [lines.slice(0, 4), /truncated: the log ends with entry 4/],
    empty: [[], /truncated: the log ends with entry 0/],
  };
  for (const [name, [entries, says]] of Object.entries(changed)) {
    const file = at(`${name}.jsonl`);
    await writeFile(file, entries.map((line) => `${line}\n`).join(''));
    await assert.rejects(verify(file), (error: { stdout: string; code: number }) => {
      expect(error.code).toBe(1);
      expect(error.stdout).toMatch(/NOT intact/);
      assert.match(error.stdout, says, name);
      return true;
    });
  }
});

test('the log of the engine itself is verified', async () => {
  const { stdout } = await deployer('--json', 'audit', 'verify', '--head', at('head.json'));
  const { valid, findings, entries } = JSON.parse(stdout);
  expect([valid, findings]).toStrictEqual([true, []]);
  expect(entries).toBeGreaterThan(6);
  await writeFile(at('no-head.json'), '{"seq": 1}');
  await expect(deployer('audit', 'verify', '--head', at('no-head.json'))).rejects.toThrow(
    /it is not an audit log head/,
  );
});

test('a wrong key and a role that is not enough are refused in the words of the command line', async () => {
  const hint = 'run deployer login, or set DEPLOYER_TOKEN';
  const says = (stderr: string) => ({ code: 1, stdout: '', stderr });
  await expect(deployerAs('de_0000000000000000_x', 'history', 'p-0')).rejects.toMatchObject(
    says(expect.stringMatching(new RegExp(`^deployer history: [^/]*; ${hint}\n$`))),
  );
  await expect(deployerAs('', 'history', 'p-0')).rejects.toMatchObject(
    says(expect.stringMatching(new RegExp(`^deployer history: [^/]*; ${hint}\n$`))),
  );
  const { key } = await it.withKey('viewer', ['p-*']);
  await expect(deployerAs(key, 'destroy', 'p-0')).rejects.toMatchObject(
    says('deployer destroy: this needs the role deployer; the caller is viewer\n'),
  );
  await expect(deployerAs(key, 'show', 'other')).rejects.toMatchObject(
    says(expect.stringMatching(/^deployer show: no project other exists/)),
  );
});
