import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from '../../testing/client.ts';
import type { Engine } from '../../testing/engine.ts';
import type { Postgres } from '../../testing/postgres.ts';
import { findProcesses, findProxies, providerProgram, signalAll, terraformProgram } from './processes.ts';
import type { SlowAws } from './slow-aws.ts';

export type ChaosWorld = { engine: Engine; slowAws: SlowAws; postgres: Postgres; runsDir: string };

/** Longer than the lease in these tests, so that another worker takes over from a paused gateway. */
const pauseMs = 4000;
const awayMs = 10_000;
/** At most the size of the run directory's small file system. */
const fillLimitBytes = 256 * 1024 * 1024;
const diskFullMs = 3000;

export const faultNames = [
  'kill-runner',
  'kill-gateway',
  'kill-terraform',
  'kill-provider',
  'kill-proxy',
  'kill-all',
  'cancel',
  'cancel-now',
  'stop-runner',
  'stop-gateway',
  'kill-postgres',
  'pause-runner',
  'pause-gateway',
  'pause-terraform',
  'pause-provider',
  'disk-full',
  'aws-away',
] as const;
export type FaultName = (typeof faultNames)[number];

/** Each resolves when the service is restored; returns how many processes or calls it hit. */
export const faults: Record<FaultName, (world: ChaosWorld, jobId: string) => Promise<number>> = {
  async 'kill-runner'({ engine }) {
    await engine.runner?.stop('SIGKILL');
    await engine.startRunner();
    return 1;
  },
  async 'kill-gateway'({ engine }) {
    await engine.gateway?.stop('SIGKILL');
    await engine.startGateway();
    return 1;
  },
  async 'kill-terraform'({ engine, runsDir }) {
    return signalAll(findProcesses([engine.directory, runsDir], terraformProgram), 'SIGKILL');
  },
  async 'kill-provider'({ engine, runsDir }) {
    return signalAll(findProcesses([engine.directory, runsDir], providerProgram), 'SIGKILL');
  },
  async 'kill-proxy'({ engine, runsDir }) {
    return signalAll(findProxies([engine.directory, runsDir]), 'SIGKILL');
  },
  /** Like a power failure, except that unwritten data is not lost. */
  async 'kill-all'({ engine, runsDir }) {
    const folders = [engine.directory, runsDir];
    const reached = signalAll(
      [
        ...findProxies(folders),
        ...findProcesses(folders, terraformProgram),
        ...findProcesses(folders, providerProgram),
      ],
      'SIGKILL',
    );
    await Promise.all([engine.runner?.stop('SIGKILL'), engine.gateway?.stop('SIGKILL')]);
    await engine.startRunner();
    await engine.startGateway();
    return reached;
  },
  async cancel({ engine }, jobId) {
    return (await createClient(engine.url).post(`/api/deploy/jobs/${jobId}/cancel`, {})).status === 202
      ? 1
      : 0;
  },
  async 'cancel-now'({ engine }, jobId) {
    const answer = await createClient(engine.url).post(`/api/deploy/jobs/${jobId}/cancel`, {
      graceSeconds: 0,
    });
    return answer.status === 202 ? 1 : 0;
  },
  async 'stop-runner'({ engine }) {
    await engine.runner?.stop('SIGTERM');
    await engine.startRunner();
    return 1;
  },
  async 'stop-gateway'({ engine }) {
    await engine.gateway?.stop('SIGTERM');
    await engine.startGateway();
    return 1;
  },
  async 'kill-postgres'({ postgres }) {
    await postgres.kill();
    await postgres.restart();
    return 1;
  },
  'pause-runner': ({ engine }) => pause([{ pid: engine.runner?.pid ?? 0, command: '' }]),
  'pause-gateway': ({ engine }) => pause([{ pid: engine.gateway?.pid ?? 0, command: '' }]),
  'pause-terraform': ({ engine, runsDir }) =>
    pause(findProcesses([engine.directory, runsDir], terraformProgram)),
  'pause-provider': ({ engine, runsDir }) =>
    pause(findProcesses([engine.directory, runsDir], providerProgram)),
  async 'disk-full'({ runsDir }) {
    const file = join(runsDir, 'filler');
    await fill(file);
    await delay(diskFullMs);
    await rm(file, { force: true });
    return 1;
  },
  async 'aws-away'({ slowAws }) {
    slowAws.setAway(true);
    await delay(awayMs);
    slowAws.setAway(false);
    return 1;
  },
};

async function pause(processes: { pid: number; command: string }[]): Promise<number> {
  const paused = processes.filter(({ pid }) => pid > 0);
  const reached = signalAll(paused, 'SIGSTOP');
  await delay(pauseMs);
  signalAll(paused, 'SIGCONT');
  return reached;
}

/** Writes until the file system is full, at most up to the limit. */
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
