import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

const root = resolve(import.meta.dirname, '..');
const limitMs = 60_000;

/** Starts the engine with settings that can't be right, and waits until it has given up. */
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
    return { status: ended.status, lines, left: processesWith(`DATA_DIR=${dataDir}`) };
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Pids of the processes that have this in their environment. */
function processesWith(setting: string): string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      return (
        /^\d+$/.test(name) && readFileSync(`/proc/${name}/environ`, 'utf8').split('\0').includes(setting)
      );
    } catch {
      return false; // it has ended, or is somebody else's
    }
  });
}

/** Two of the runner's and two of the gateway's. */
const wrongSettings: Record<string, string>[] = [
  { LOG_LEVEL: 'loud', RUNNER_SLOTS: 'many', PORT: 'abc', LEASE_SECONDS: 'soon' },
];

for (const settings of wrongSettings) {
  const names = Object.keys(settings);

  test(`wrong settings are named in a line each, and nothing stays running: ${names.join(', ')}`, () => {
    const { status, lines, left } = startWith(settings);
    assert.equal(status, 1, lines.join('\n'));
    for (const name of names)
      assert.equal(lines.filter((line) => line.includes(name)).length, 1, lines.join('\n'));
    assert.ok(!lines.some((line) => /^\s+at /.test(line)), lines.join('\n'));
    assert.deepEqual(left, []);
  });
}
