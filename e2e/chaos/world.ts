import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Engine } from '../../testing/engine.ts';
import { type LocalAws, startLocalAws } from '../../testing/local-aws.ts';
import { startPostgres } from '../../testing/postgres.ts';
import type { ChaosWorld } from './faults.ts';
import { type SlowAws, startSlowAws } from './slow-aws.ts';

const runsDirMegabytes = 64;

export type World = ChaosWorld & { aws: LocalAws; [Symbol.asyncDispose](): Promise<void> };

/** Creates an engine on PostgreSQL, with a small file system for runs, and a slow local AWS. */
export async function createWorld(random: () => number): Promise<World> {
  const aws = await startLocalAws();
  const slowAws: SlowAws = await startSlowAws(aws.url, random);
  const postgres = await startPostgres();
  const runsDir = await mountRunsDir();
  const engine = await Engine.start({
    runnerEnv: { RUNS_DIR: join(runsDir, 'runs') },
    gatewayEnv: {
      ...aws.env,
      AWS_ENDPOINT_URL: slowAws.url,
      AWS_MAX_ATTEMPTS: '8',
      DATABASE_URL: postgres.url,
      LEASE_SECONDS: '3',
      ORPHAN_ABSENCE_SECONDS: '2',
    },
  });
  return {
    aws,
    slowAws,
    postgres,
    runsDir,
    engine,
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]();
      await postgres.stop();
      await slowAws.stop();
      await aws.stop();
      await unmount(runsDir);
    },
  };
}

/** Needs root; otherwise the run directory is an ordinary folder and is not filled. */
async function mountRunsDir(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'runs-'));
  if (canMount())
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${runsDirMegabytes}m`, 'tmpfs', directory]);
  return directory;
}

export function canMount(): boolean {
  return process.getuid?.() === 0;
}

async function unmount(directory: string): Promise<void> {
  if (canMount()) execFileSync('umount', ['-l', directory]);
  await rm(directory, { recursive: true, force: true });
}
