import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { problemSchema } from '@deployment-engine/contracts';
import { capacitySchema } from '@deployment-engine/runner-api';
import { findTools } from '../src/sandbox/tools.ts';
import { applied, sandboxed, shell } from './support/attack.ts';
import { bootRunner, type Folders, makeFolders, makeJob, writeRevision } from './support/boot.ts';
import type { Client } from './support/client.ts';

/** Creates a PATH with only these of the sandbox's tools. */
function pathWith(folders: Folders, names: ('bwrap' | 'setpriv' | 'prlimit' | 'nsenter')[]): string {
  const tools = findTools(process.env.PATH ?? '');
  const folder = join(folders.root, 'bin');
  mkdirSync(folder);
  for (const name of names) symlinkSync(tools[name] ?? assert.fail(`no ${name} here`), join(folder, name));
  return folder;
}

const protection = async (client: Client) =>
  capacitySchema.parse((await client.send('GET', '/capacity')).body).protection;
const code = 'resource "terraform_data" "a" {}';

test('by default runs are in a sandbox of bubblewrap, behind the proxy, and nothing is unprotected', async () => {
  using folders = makeFolders();
  await using runner = await bootRunner(folders, { sandbox: sandboxed(folders) });
  expect(await protection(runner.client)).toStrictEqual({ mode: 'bwrap', network: 'proxy', unprotected: [] });
});

test('without bubblewrap runs have limits and no new privileges, and the API says what is missing', async () => {
  using folders = makeFolders();
  const searchPath = pathWith(folders, ['setpriv', 'prlimit']);
  const sandbox = sandboxed(folders, { SANDBOX_FILE_MB: '16' });
  await using runner = await bootRunner(folders, { sandbox, searchPath });
  const { mode, network, unprotected } = await protection(runner.client);
  expect([mode, network]).toStrictEqual(['limits', 'open']);
  expect(unprotected[0] ?? '').toMatch(/bubblewrap is missing; install bubblewrap/);
  expect(unprotected.length).toBeGreaterThan(3);
  const { text } = await applied(
    runner.client,
    folders,
    shell('grep NoNewPrivs /proc/self/status; ulimit -f'),
  );
  expect(text).toMatch(/NoNewPrivs:\s*1/);
  expect(text).toMatch(/local-exec\): (16384|32768)\n/); // in blocks of 1024 or 512 bytes
});

test('without any tool, runs are refused until the operator allows them', async () => {
  using folders = makeFolders();
  const searchPath = pathWith(folders, []);
  {
    await using runner = await bootRunner(folders, { sandbox: sandboxed(folders), searchPath });
    const job = makeJob(writeRevision(folders, { 'main.tf': code }));
    const answer = await runner.client.send('PUT', `/runs/${job.planId}`, job.plan);
    const problem = problemSchema.parse(answer.body);
    expect([answer.status, problem.code]).toStrictEqual([503, 'no_sandbox']);
    expect(problem.detail).toMatch(/apt-get install bubblewrap.*ALLOW_UNSANDBOXED=1/);
    expect((await protection(runner.client)).mode).toBe('none');
  }
  const sandbox = sandboxed(folders, { ALLOW_UNSANDBOXED: '1' });
  await using runner = await bootRunner(folders, { sandbox, searchPath });
  expect((await applied(runner.client, folders, code)).outcome.kind).toBe('succeeded');
});

test('the runner does not start if the requested sandbox does not work', async () => {
  using folders = makeFolders();
  const searchPath = pathWith(folders, ['setpriv', 'prlimit', 'nsenter']);
  await expect(
    bootRunner(folders, { sandbox: sandboxed(folders, { SANDBOX: 'bwrap' }), searchPath }),
  ).rejects.toThrow(/SANDBOX=bwrap, but bubblewrap is missing; install bubblewrap \(apt-get/);
});

test('a disabled sandbox is reported as off', async () => {
  using folders = makeFolders();
  await using runner = await bootRunner(folders, { sandbox: sandboxed(folders, { SANDBOX: 'off' }) });
  const { mode, unprotected } = await protection(runner.client);
  expect(mode).toBe('off');
  expect(unprotected[0] ?? '').toMatch(/SANDBOX=off/);
});
