import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from './app.ts';
import type { RunnerConfig } from './config.ts';
import { createContext } from './context.ts';
import { startHeartbeat } from './heartbeat.ts';
import { findOrphans } from './providers/orphans.ts';
import { stopProvider } from './providers/shared-provider.ts';
import { startRetention } from './runs/retention.ts';
import { lockRunsDir } from './runs-dir-lock.ts';

/** Longer than a gateway keeps an idle connection, so that it is never closed under a request. */
const keepAliveMs = 65_000;

export type Runner = {
  start(): Promise<void>;
  /** The port it listens on, once started. */
  readonly port: number;
  /** Stops taking runs and leaves those in progress to the next start. */
  [Symbol.asyncDispose](): Promise<void>;
};

/** The terraform-runner service; `config.port` 0 takes a free port. */
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
      await context.runs.recover();
      const orphans = findOrphans(config.runsDir, (jobId) => context.jobs.activeRun(jobId) !== undefined);
      await Promise.all(orphans.map(stopProvider));
      retention = startRetention(context);
      server = createServer(createApp(context, closing.signal));
      server.keepAliveTimeout = keepAliveMs;
      server.listen(config.port, config.host);
      await once(server, 'listening');
      port = (server.address() as AddressInfo).port;
      const url = config.advertiseUrl ?? `http://${config.host}:${port}`;
      heartbeat = startHeartbeat({ ...config, runnerId: context.runnerId, url, logger: context.logger });
      context.logger.info('the terraform runner is listening', {
        url: `http://${config.host}:${port}`,
        slots: config.slots,
        terraform: `${context.terraform.product} ${context.terraform.version}`,
        providerMirror: config.providerMirror,
      });
    },

    async [Symbol.asyncDispose]() {
      closing.abort();
      heartbeat?.[Symbol.dispose]();
      await Promise.all([retention?.[Symbol.asyncDispose](), context.runs.drain()]);
      await context.jobs.endIdle();
      server?.close();
      server?.closeAllConnections();
      await lock?.[Symbol.asyncDispose]();
      context.logger.info('the terraform runner has stopped');
    },
  };
}
