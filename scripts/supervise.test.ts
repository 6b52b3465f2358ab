import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Child, startChild } from '../testing/child.ts';
import { waitFor } from '../testing/wait.ts';
import { afterTest } from './jest/after-test.ts';
import { processesWith } from './processes-with.ts';

const root = resolve(import.meta.dirname, '..');
const limitMs = 180_000;

type Started = { npm: Child; url: string; left(): string[]; pidOf(service: string): number };

/** Starts the engine as its users do. Each of its processes has the folder in its environment. */
async function npmStart(): Promise<Started> {
  const dataDir = mkdtempSync(join(tmpdir(), 'npm-start-'));
  const npm = startChild('npm', ['start'], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      TERRAFORM_BINARY_PATH: join(root, 'terraform-runner/test/support/fake-terraform.sh'),
      DATA_DIR: dataDir,
      WORKSPACES_DIR: join(dataDir, 'workspaces'),
      PORT: '0',
      RUNNER_PORT: '0',
      SANDBOX: 'off',
    },
  });
  const left = () => processesWith(`DATA_DIR=${dataDir}`).map(({ pid }) => pid);
  afterTest(async () => {
    for (const pid of left()) process.kill(Number(pid), 'SIGKILL');
    await npm.stop('SIGKILL');
    rmSync(dataDir, { recursive: true, force: true });
  });
  const url = await waitFor('the engine to be ready', () => /ready at (\S+)/.exec(npm.output())?.[1], 90_000);
  const pidOf = (service: string) => {
    const found = processesWith(`DATA_DIR=${dataDir}`).find(({ command }) =>
      command.includes(join(service, 'src', 'main.ts')),
    );
    assert.ok(found, `${service} runs`);
    return Number(found.pid);
  };
  return { npm, url, left, pidOf };
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGKILL'] as const)
  test(
    `${signal} to npm start ends every process of the engine`,
    async () => {
      const { npm, left } = await npmStart();
      assert.ok(left().length >= 4, 'npm, the supervisor and both services');
      process.kill(npm.pid, signal);
      await waitFor('every process to end', () => left().length === 0, 60_000);
    },
    limitMs,
  );

test(
  'a service that is killed comes back at its port, with a delay, counted in the log',
  async () => {
    const { npm, url, pidOf } = await npmStart();
    for (const service of ['gateway', 'terraform-runner']) {
      const pid = pidOf(service);
      process.kill(pid, 'SIGKILL');
      await waitFor(`${service} to be back`, () => npm.output().includes(`${service} is back.`), 60_000);
      expect(npm.output()).toMatch(
        new RegExp(`${service} has ended \\(SIGKILL\\); restart 1 of at most 10 .* in 1 s`),
      );
      expect(pidOf(service)).not.toBe(pid);
    }
    await waitFor(
      'the engine to be ready again',
      async () => (await fetch(`${url}/readyz`).catch(() => undefined))?.ok,
      30_000,
    );
  },
  limitMs,
);
