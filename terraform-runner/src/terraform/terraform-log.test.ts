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
import { type TestContext, test } from 'node:test';
import { maxTerraformLogBytes } from '@deployment-engine/contracts';
import { logEnvironment, makeLogFile, readTerraformLog } from './terraform-log.ts';

function folderOf(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'log-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
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
  assert.deepEqual(logEnvironment('debug', '/x/plan.log'), { TF_LOG: 'DEBUG', TF_LOG_PATH: '/x/plan.log' });
});

test('the file of a log is its owner’s alone, in a folder that is the runner’s alone', async (t) => {
  const folder = folderOf(t);
  const path = await makeLogFile(folder, 'plan', undefined);
  assert.equal(path, join(folder, 'plan.log'));
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(statSync(path).uid, process.getuid?.());
});

test('where each job has a user of its own, the file is that user’s and the folder is not', {
  skip: process.getuid?.() !== 0 && 'only root can give a file away',
}, async (t) => {
  const folder = folderOf(t);
  const path = await makeLogFile(folder, 'plan', 1_900_000_001);
  assert.deepEqual([statSync(path).uid, statSync(path).gid], [1_900_000_001, 1_900_000_001]);
  assert.equal(statSync(folder).uid, 0);
});

test('a file that is there is kept: a restarted runner goes on in the same log', async (t) => {
  const folder = folderOf(t);
  write(folder, 'plan.log', 'so far\n', 1);
  await makeLogFile(folder, 'plan', undefined);
  assert.equal(readFileSync(join(folder, 'plan.log'), 'utf8'), 'so far\n');
});

test('a log is made through no link, and does not wait for the reader of a pipe', {
  timeout: 20_000,
}, async (t) => {
  const folder = folderOf(t);
  mkdirSync(folder);
  const outside = join(folder, '..', 'outside');
  symlinkSync(outside, join(folder, 'plan.log'));
  await assert.rejects(makeLogFile(folder, 'plan', undefined), { code: 'ELOOP' });
  assert.equal(existsSync(outside), false);
  execFileSync('mkfifo', [join(folder, 'apply.log')]);
  await assert.rejects(makeLogFile(folder, 'apply', undefined), { code: 'ENXIO' });
});

test('the logs are read oldest first, each under its name, and only logs', async (t) => {
  const folder = folderOf(t);
  write(folder, 'apply.log', 'third\n', 10);
  write(folder, 'init.log', 'first\n', 30);
  write(folder, 'plan.log', 'second\n', 20);
  write(folder, 'secret.txt', 'no log\n', 15);
  assert.equal(await read(folder), '== init\nfirst\n\n== plan\nsecond\n\n== apply\nthird\n\n');
});

test('where no log was made there is none', async (t) => {
  const folder = folderOf(t);
  assert.equal(await read(folder), undefined);
  mkdirSync(folder);
  assert.equal(await read(folder), undefined);
});

test('a link or a pipe in place of a log shows nothing', { timeout: 20_000 }, async (t) => {
  const folder = folderOf(t);
  write(folder, 'plan.log', 'plan\n', 10);
  writeFileSync(join(folder, '..', 'outside'), 'of another\n');
  symlinkSync(join(folder, '..', 'outside'), join(folder, 'apply.log'));
  execFileSync('mkfifo', [join(folder, 'show.log')]);
  const log = (await read(folder)) ?? '';
  assert.match(log, /== plan\nplan\n/);
  assert.doesNotMatch(log, /of another/);
});

test('the newest logs fill the limit; of one that does not fit, its last whole lines are kept', async (t) => {
  const folder = folderOf(t);
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

test('a log of exactly the limit is whole; one line beyond it leaves nothing to show', async (t) => {
  const folder = folderOf(t);
  write(folder, 'plan.log', 'z'.repeat(maxTerraformLogBytes), 1);
  assert.equal((await read(folder))?.length, '== plan\n'.length + maxTerraformLogBytes + 1);
  write(folder, 'plan.log', 'z'.repeat(maxTerraformLogBytes + 1), 1);
  assert.equal(
    await read(folder),
    `== plan (${maxTerraformLogBytes + 1} bytes before this are left out)\n\n`,
  );
});

test('a log that nobody has written to is not shown, and a link that leads nowhere hides no other log', async (t) => {
  const folder = folderOf(t);
  write(folder, 'provider.log', '', 1);
  assert.equal(await read(folder), undefined);
  symlinkSync(join(folder, 'absent'), join(folder, 'apply.log'));
  writeFileSync(join(folder, 'plan.log'), 'said\n');
  assert.match((await read(folder)) ?? '', /^== plan\nsaid$/m);
});
