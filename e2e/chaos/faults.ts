import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Engine } from '../support/engine.ts';
import type { Postgres } from '../support/postgres.ts';
import { findProcesses, providerProgram, signalAll, terraformProgram } from './processes.ts';
import type { SlowAws } from './slow-aws.ts';

export type ChaosWorld = { engine: Engine; slowAws: SlowAws; postgres: Postgres; runsDir: string };

/** Longer than the lease in these tests, so that a paused gateway is overtaken by itself. */
const pauseMs = 4000;
const awayMs = 10_000;
/** No more than the small file system of the run directory holds. */
const fillLimitBytes = 256 * 1024 * 1024;
const diskFullMs = 3000;

export const faultNames = [
  'kill-runner',
  'kill-gateway',
  'kill-terraform',
  'kill-provider',
  'kill-postgres',
  'pause-runner',
  'pause-gateway',
  'pause-terraform',
  'pause-provider',
  'disk-full',
  'aws-away',
] as const;
export type FaultName = (typeof faultNames)[number];

/** Each fault is done with when its promise is: what it took away is back. */
export const faults: Record<FaultName, (world: ChaosWorld) => Promise<void>> = {
  async 'kill-runner'({ engine }) {
    await engine.runner?.stop('SIGKILL');
    await engine.startRunner();
  },
  async 'kill-gateway'({ engine }) {
    await engine.gateway?.stop('SIGKILL');
    await engine.startGateway();
  },
  async 'kill-terraform'({ engine }) {
    signalAll(findProcesses(engine.directory, terraformProgram), 'SIGKILL');
  },
  async 'kill-provider'({ engine }) {
    signalAll(findProcesses(engine.directory, providerProgram), 'SIGKILL');
  },
  async 'kill-postgres'({ postgres }) {
    await postgres.kill();
    await postgres.restart();
  },
  'pause-runner': ({ engine }) => pause([{ pid: engine.runner?.pid ?? 0, command: '' }]),
  'pause-gateway': ({ engine }) => pause([{ pid: engine.gateway?.pid ?? 0, command: '' }]),
  'pause-terraform': ({ engine }) => pause(findProcesses(engine.directory, terraformProgram)),
  'pause-provider': ({ engine }) => pause(findProcesses(engine.directory, providerProgram)),
  async 'disk-full'({ runsDir }) {
    const file = join(runsDir, 'filler');
    await fill(file);
    await delay(diskFullMs);
    await rm(file, { force: true });
  },
  async 'aws-away'({ slowAws }) {
    slowAws.setAway(true);
    await delay(awayMs);
    slowAws.setAway(false);
  },
};

async function pause(processes: { pid: number; command: string }[]): Promise<void> {
  const paused = processes.filter(({ pid }) => pid > 0);
  signalAll(paused, 'SIGSTOP');
  await delay(pauseMs);
  signalAll(paused, 'SIGCONT');
}

/** Writes until the file system is full, never more than the limit. */
async function fill(path: string): Promise<void> {
  const handle = await open(path, 'w');
  try {
    for (const size of [1024 * 1024, 4096]) {
      const block = Buffer.alloc(size);
      for (let written = 0; written < fillLimitBytes; written += size) await handle.write(block);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    const rest = Buffer.alloc(512);
    await handle.write(rest).catch(() => {});
  } finally {
    await handle.close();
  }
}
