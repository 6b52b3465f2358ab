import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { maxTerraformLogBytes } from '@deployment-engine/contracts';
import { afterTest } from '../../../scripts/jest/after-test.ts';
import { testUnless } from '../../../scripts/jest/unless.ts';
import { logEnvironment, makeLogFile, readTerraformLog } from './terraform-log.ts';

function folderOf(): string {
  const root = mkdtempSync(join(tmpdir(), 'log-'));
  afterTest(() => rmSync(root, { recursive: true, force: true }));
  return join(root, 'logs');
}

/** Writes a log whose last change was so many seconds ago. */
function write(folder: string, name: string, text: string, ago: number): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), text);
  const at = Date.now() / 1000 - ago;
  utimesSync(join(folder, name), at, at);
}

const read = async (folder: string) => (await readTerraformLog(folder))?.toString();

test('Terraform is told the level in its own spelling, and the file', () => {
  expect(logEnvironment('debug', '/x/plan.log')).toStrictEqual({
    TF_LOG: 'DEBUG',
    TF_LOG_PATH: '/x/plan.log',
  });
});

test('the file of a log is its owner’s alone, in a folder that is the runner’s alone', async () => {
  const folder = folderOf();
  const path = await makeLogFile(folder, 'plan', undefined);
  expect(path).toBe(join(folder, 'plan.log'));
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(path).uid).toBe(process.getuid?.());
});

testUnless(process.getuid?.() !== 0 && 'only root can give a file away')(
  'where each job has a user of its own, the file is that user’s and the folder is not',
  async () => {
    const folder = folderOf();
    const path = await makeLogFile(folder, 'plan', 1_900_000_001);
    expect([statSync(path).uid, statSync(path).gid]).toStrictEqual([1_900_000_001, 1_900_000_001]);
    expect(statSync(folder).uid).toBe(0);
  },
);

test('a file that is there is kept: a restarted runner goes on in the same log', async () => {
  const folder = folderOf();
  write(folder, 'plan.log', 'so far\n', 1);
  await makeLogFile(folder, 'plan', undefined);
  expect(readFileSync(join(folder, 'plan.log'), 'utf8')).toBe('so far\n');
});

test('a log is made through no link, and does not wait for the reader of a pipe', async () => {
  const folder = folderOf();
  mkdirSync(folder);
  const outside = join(folder, '..', 'outside');
  symlinkSync(outside, join(folder, 'plan.log'));
  await assert.rejects(makeLogFile(folder, 'plan', undefined), { code: 'ELOOP' });
  expect(existsSync(outside)).toBe(false);
  execFileSync('mkfifo', [join(folder, 'apply.log')]);
  await assert.rejects(makeLogFile(folder, 'apply', undefined), { code: 'ENXIO' });
}, 20_000);

test('the logs are read oldest first, each under its name, and only logs', async () => {
  const folder = folderOf();
  write(folder, 'apply.log', 'third\n', 10);
  write(folder, 'init.log', 'first\n', 30);
  write(folder, 'plan.log', 'second\n', 20);
  write(folder, 'secret.txt', 'no log\n', 15);
  expect(await read(folder)).toBe('== init\nfirst\n\n== plan\nsecond\n\n== apply\nthird\n\n');
});

test('where no log was made there is none', async () => {
  const folder = folderOf();
  expect(await read(folder)).toBe(undefined);
  mkdirSync(folder);
  expect(await read(folder)).toBe(undefined);
});

test('a link or a pipe in place of a log shows nothing', async () => {
  const folder = folderOf();
  write(folder, 'plan.log', 'plan\n', 10);
  writeFileSync(join(folder, '..', 'outside'), 'of another\n');
  symlinkSync(join(folder, '..', 'outside'), join(folder, 'apply.log'));
  execFileSync('mkfifo', [join(folder, 'show.log')]);
  const log = (await read(folder)) ?? '';
  expect(log).toMatch(/== plan\nplan\n/);
  expect(log).not.toMatch(/of another/);
}, 20_000);

test('the newest logs fill the limit; of one that does not fit, its last whole lines are kept', async () => {
  const folder = folderOf();
  const line = `${'x'.repeat(999)}\n`;
  const rest = 10_500; // room for ten lines and a half
  write(folder, 'init.log', `${'o'.repeat(600)}\n`, 30);
  write(folder, 'plan.log', `first\n${line.repeat(20)}`, 20);
  write(folder, 'apply.log', `${'Y'.repeat(maxTerraformLogBytes - rest - 1)}\n`, 10);
  const log = (await read(folder)) ?? '';
  const left = 'first\n'.length + 10 * line.length;
  assert.ok(
    log.startsWith(
      `== init (601 bytes before this are left out)\n\n== plan (${left} bytes before this are left out)\n${line.repeat(10)}\n== apply\nYYY`,
    ),
    log.slice(0, 200),
  );
  assert.equal(log.split('Y').length - 1, maxTerraformLogBytes - rest - 1, 'the newest is whole');
});

test('a log of exactly the limit is whole; one line beyond it leaves nothing to show', async () => {
  const folder = folderOf();
  write(folder, 'plan.log', 'z'.repeat(maxTerraformLogBytes), 1);
  expect((await read(folder))?.length).toBe('== plan\n'.length + maxTerraformLogBytes + 1);
  write(folder, 'plan.log', 'z'.repeat(maxTerraformLogBytes + 1), 1);
  expect(await read(folder)).toBe(`== plan (${maxTerraformLogBytes + 1} bytes before this are left out)\n\n`);
});

test('a log that nobody has written to is not shown, and a link that leads nowhere hides no other log', async () => {
  const folder = folderOf();
  write(folder, 'provider.log', '', 1);
  expect(await read(folder)).toBe(undefined);
  symlinkSync(join(folder, 'absent'), join(folder, 'apply.log'));
  writeFileSync(join(folder, 'plan.log'), 'said\n');
  expect((await read(folder)) ?? '').toMatch(/^== plan\nsaid$/m);
});
