import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { processesWith } from './processes-with.ts';

const root = resolve(import.meta.dirname, '..');
const limitMs = 60_000;

/** Starts the engine with invalid settings, and waits until it has exited. */
function startWith(settings: Record<string, string>) {
  const dataDir = mkdtempSync(join(tmpdir(), 'start-'));
  try {
    const ended = spawnSync(process.execPath, [join(root, 'scripts/start.ts')], {
      encoding: 'utf8',
      timeout: limitMs,
      env: {
        PATH: process.env.PATH,
        TERRAFORM_BINARY_PATH: join(root, 'terraform-runner/test/support/fake-terraform.sh'),
        DATA_DIR: dataDir,
        WORKSPACES_DIR: join(dataDir, 'workspaces'),
        RUNNER_PORT: '0',
        ...settings,
      },
    });
    const lines = `${ended.stdout}${ended.stderr}`.split('\n');
    return { status: ended.status, lines, left: processesWith(`DATA_DIR=${dataDir}`).map(({ pid }) => pid) };
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Two of the runner's and two of the gateway's. */
const wrongSettings: Record<string, string>[] = [
  { LOG_LEVEL: 'loud', RUNNER_SLOTS: 'many', PORT: 'abc', LEASE_SECONDS: 'soon' },
];

for (const settings of wrongSettings) {
  const names = Object.keys(settings);

  test(`each wrong setting is reported in a line, and nothing keeps running: ${names.join(', ')}`, () => {
    const { status, lines, left } = startWith(settings);
    assert.equal(status, 1, lines.join('\n'));
    for (const name of names)
      assert.equal(lines.filter((line) => line.includes(name)).length, 1, lines.join('\n'));
    assert.ok(!lines.some((line) => /^\s+at /.test(line)), lines.join('\n'));
    expect(left).toStrictEqual([]);
  });
}

test('a misspelt setting is reported with the missing one, in one line and without its value', () => {
  const { status, lines } = startWith({ PROT: 'secret', PORT: 'abc' });
  expect(status).toBe(1);
  expect(lines.filter((line) => line.includes('PROT'))).toStrictEqual([
    '  PROT: is not a setting; did you mean PORT?',
  ]);
  assert.ok(!lines.some((line) => line.includes('secret')), lines.join('\n'));
});

test('every npm script installs what a fresh clone lacks, and passes signals on', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const [name, command] of Object.entries<string>(scripts))
    if (name !== 'check') assert.match(command, /^exec node scripts\/bootstrap\.mjs /, name);
});
