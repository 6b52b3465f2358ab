import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type RunRequestInput, revisionDigest } from '@deployment-engine/runner-api';
import { compileCache } from '../../../testing/child.ts';
import { type RunnerConfig, readConfig } from '../../src/config.ts';
import { createRunner } from '../../src/runner.ts';
import { createClient, token } from './client.ts';

/** Paths that a shell needs; see `test/sandbox.test.ts` for runs without. */
export const systemPaths = ['/bin', '/lib', '/lib64', '/usr'].filter((path) => existsSync(path)).join(',');

/** Temporary folders of one test; removed with it. */
export function makeFolders() {
  const root = mkdtempSync(join(tmpdir(), 'rt-'));
  return {
    root,
    workspaces: join(root, 'w'),
    data: join(root, 'd'),
    runs: join(root, 'r'),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}
export type Folders = ReturnType<typeof makeFolders>;

export function environmentOf(folders: Folders, more: Record<string, string> = {}): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    ...compileCache(),
    RUNNER_PORT: '0',
    RUNNER_TOKEN: token,
    WORKSPACES_DIR: folders.workspaces,
    DATA_DIR: folders.data,
    RUNS_DIR: folders.runs,
    LOG_LEVEL: 'error',
    // For fake Terraform programs, and for code that uses a shell to wait.
    SANDBOX_READ_ONLY_PATHS: systemPaths,
    ...more,
  };
}

/** Starts a runner in this process. */
export async function bootRunner(folders: Folders, more: Partial<RunnerConfig> = {}) {
  const runner = await createRunner({ ...readConfig(environmentOf(folders)), ...more });
  await runner.start();
  const client = createClient(`http://127.0.0.1:${runner.port}`);
  return { client, [Symbol.asyncDispose]: () => runner[Symbol.asyncDispose]() };
}

/** Starts a runner in its own process, which can be killed. */
export async function forkRunner(folders: Folders, more: Record<string, string> = {}) {
  const main = join(import.meta.dirname, '../../src/main.ts');
  const child: ChildProcess = fork(main, [], { env: environmentOf(folders, more), stdio: 'inherit' });
  const [message] = (await once(child, 'message')) as [{ type: string; port: number }];
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  };
  return {
    client: createClient(`http://127.0.0.1:${message.port}`),
    pid: child.pid as number,
    end,
    [Symbol.asyncDispose]: () => end('SIGKILL'),
  };
}

/** Writes a project's files where the gateway writes them; returns their digest. */
export function writeRevision(folders: Folders, files: Record<string, string>, projectId = 'p'): string {
  const contents = new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)]));
  const digest = revisionDigest(contents);
  for (const [path, content] of contents) {
    const target = join(folders.workspaces, projectId, digest, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
  }
  return digest;
}

let jobs = 0;

/** Returns a new job id, and requests for its runs. */
export function makeJob(digest: string, more: Partial<RunRequestInput> = {}) {
  jobs += 1;
  const jobId = `deploy-${1_700_000_000_000 + jobs}-abcdef`;
  const common = { jobId, projectId: 'p', revisionDigest: digest, ...more };
  return {
    jobId,
    planId: `${jobId}-plan-1`,
    applyId: `${jobId}-apply-1`,
    validateId: `${jobId}-validate-1`,
    validate: { kind: 'validate', ...common } as RunRequestInput,
    plan: { kind: 'plan', ...common } as RunRequestInput,
    apply: (planDigest: string, extra = {}) =>
      ({ kind: 'apply', ...common, planDigest, ...extra }) as RunRequestInput,
  };
}
