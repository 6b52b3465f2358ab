import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from './app.ts';
import { memoryOfRuns, overcommitment } from './capacity/memory.ts';
import type { RunnerConfig } from './config.ts';
import { type Context, createContext } from './context.ts';
import { startHeartbeat } from './heartbeat.ts';
import { createServer } from './http/tls.ts';
import { stopBackground } from './process/background.ts';
import { findOrphans } from './providers/orphans.ts';
import { startRetention } from './runs/retention.ts';
import { removeOldSpares } from './runs/warm/spare.ts';
import { lockRunsDir } from './runs-dir-lock.ts';

/** Longer than a gateway keeps idle connections, so that the runner never closes one during a request. */
const keepAliveMs = 65_000;

export type Runner = {
  start(): Promise<void>;
  /** The port it listens on, once started. */
  readonly port: number;
  /** Takes no more runs and waits until those in progress have ended, at most `config.stopWaitMs`. */
  finishRuns(): Promise<void>;
  /** Stops taking runs and leaves those in progress to the next start. */
  [Symbol.asyncDispose](): Promise<void>;
};

/** Starts the terraform-runner service; `config.port` 0 picks a free port. */
export async function createRunner(config: RunnerConfig): Promise<Runner> {
  const context = await createContext(config);
  const closing = new AbortController();
  let server: Server | undefined;
  let lock: AsyncDisposable | undefined;
  let heartbeat: Disposable | undefined;
  let retention: AsyncDisposable | undefined;
  let port = config.port;
  return {
    get port() {
      return port;
    },

    async start() {
      lock = await lockRunsDir(config.runsDir);
      await removeOldSpares(config.runsDir);
      await context.runs.recover();
      const orphans = findOrphans(config.runsDir, (jobId) => context.jobs.activeRun(jobId) !== undefined);
      await Promise.all(orphans.map(stopBackground));
      retention = startRetention(context);
      server = await listen(createServer(config.tls, createApp(context, closing.signal)), config);
      port = (server.address() as AddressInfo).port;
      const scheme = config.tls ? 'https' : 'http';
      const url = config.advertiseUrl ?? `${scheme}://${config.host}:${port}`;
      heartbeat = startHeartbeat({ ...config, runnerId: context.runnerId, url, logger: context.logger });
      logStart(context, url);
    },

    async finishRuns() {
      if (config.stopWaitMs === 0) return;
      context.logger.info('the terraform runner finishes its runs, then stops', context.runs.capacity());
      await context.runs.finish(config.stopWaitMs);
    },

    async [Symbol.asyncDispose]() {
      closing.abort();
      heartbeat?.[Symbol.dispose]();
      await Promise.all([retention?.[Symbol.asyncDispose](), context.runs.drain()]);
      await Promise.all([context.jobs.endIdle(), context.warm[Symbol.asyncDispose]()]);
      server?.close();
      server?.closeAllConnections();
      await lock?.[Symbol.asyncDispose]();
      context.logger.info('the terraform runner has stopped');
    },
  };
}

async function listen(server: Server, config: RunnerConfig): Promise<Server> {
  server.keepAliveTimeout = keepAliveMs;
  server.listen(config.port, config.host);
  await once(server, 'listening');
  return server;
}

/** Logs what operators should know at each start. */
function logStart({ config, logger, terraform, sandbox }: Context, url: string): void {
  logger.info('the terraform runner is listening', {
    url,
    slots: config.slots,
    terraform: `${terraform.product} ${terraform.version}`,
    providerMirror: config.providerMirror,
    sandbox: sandbox.mode,
    network: sandbox.network,
    memory: memoryOfRuns(config),
  });
  for (const warning of [...config.misspeltSettings, ...overcommitment(config)]) logger.warn(warning);
  const { unprotected } = sandbox;
  if (unprotected.length > 0)
    logger.warn('NOT EVERYTHING IS PROTECTED from the code that runs here', { unprotected });
}
