import { mkdir } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Access } from './access/access.ts';
import { makeFirstKey } from './access/admin-key.ts';
import { type AuditFile, followToFile } from './access/audit/follow-to-file.ts';
import { auditChannel, openAuditLog } from './access/audit/log.ts';
import { Refusals } from './access/audit/refusals.ts';
import { keysMadeWhileOpen } from './access/key-store.ts';
import { requireCredentials } from './access/require-credentials.ts';
import { createApp } from './app.ts';
import type { Config } from './config.ts';
import type { Context } from './context.ts';
import { Prices } from './costs/prices.ts';
import { askMainApi } from './http/ask-main-api.ts';
import { createListener } from './http/server.ts';
import { Deliverer } from './infrastructure/notifications/deliverer.ts';
import { resealNotifications } from './infrastructure/notifications/store.ts';
import { createJobCache } from './jobs/cache.ts';
import { jobChangedChannel } from './jobs/channels.ts';
import { expireAllLeases } from './jobs/claim.ts';
import { JobFeed } from './jobs/events/feed.ts';
import { startHousekeeping } from './jobs/housekeeping/housekeeping.ts';
import { resealOld } from './jobs/housekeeping/reseal.ts';
import { Worker } from './jobs/worker/worker.ts';
import { startStackSchedules } from './pipelines/drift/schedule.ts';
import { PipelineFeed } from './pipelines/feed.ts';
import { resealPipelines } from './pipelines/reseal.ts';
import { prunePipelines } from './pipelines/retention.ts';
import { pipelineChangedChannel } from './pipelines/store.ts';
import { PipelineWorker } from './pipelines/work/pipeline-worker.ts';
import { loadOperatorPolicy } from './policy/operator-policy.ts';
import { allowOwnEndpoints } from './policy/own-endpoints.ts';
import { createAnswerRedactors } from './projects/secrets/answer-redactors.ts';
import { readClientTls } from './runners/client-tls.ts';
import { keyFindings } from './runners/protection.ts';
import { registeredRunners } from './runners/registrations.ts';
import { createRunnerRegistry } from './runners/registry.ts';
import { swapInRestored } from './server/backup.ts';
import { openDatabase } from './server/database/open.ts';
import { createEncryption, loadEncryptionKey } from './server/encryption.ts';
import { createLogger } from './server/logger.ts';
import { createMetrics } from './server/metrics.ts';
import { StackResolver } from './stacks/resolver.ts';

const jobCacheBytes = 64 * 1024 * 1024;
const closeMs = 5000;

export type Gateway = {
  port: number;
  context: Context;
  /** The admin key, if this is the first start. */
  firstKey: { key: string; path: string } | undefined;
  [Symbol.asyncDispose](): Promise<void>;
};

/** Opens the database and starts listening and working. Disposing releases its jobs and closes everything. */
export async function startGateway(config: Config): Promise<Gateway> {
  await mkdir(config.workspacesDir, { recursive: true });
  const context = await createContext(config);
  const firstKey = await makeFirstKey(context.database, config);
  await requireCredentials(config, context.database);
  await context.access.start();
  if (config.access.required)
    for (const finding of keyFindings((await keysMadeWhileOpen(context.database.query)).length))
      context.logger.warn(finding);
  const auditFile = await copyAudit(context);
  await connectChanges(context);
  if (context.database.kind === 'embedded') await expireAllLeases(context.database.query);
  await context.runners.start();
  const server = await listen(await createListener(config, createApp(context)), config);
  const workers = await startWorkers(context);
  const resealing = resealOld(context, async () => ({
    pipelines: await resealPipelines(context),
    notifications: await resealNotifications(context),
  }));
  const housekeeping = await startHousekeeping(context, () => prunePipelines(context));
  const { port } = server.address() as AddressInfo;
  for (const line of config.misspeltSettings) context.logger.warn(line);
  context.logger.info('the gateway listens', { host: config.host, port, database: context.database.kind });
  return {
    port,
    context,
    firstKey,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      await housekeeping[Symbol.asyncDispose]();
      await workers[Symbol.asyncDispose]();
      const timer = setTimeout(() => server.closeAllConnections(), closeMs / 10);
      await closed;
      clearTimeout(timer);
      await resealing;
      await context.refusals[Symbol.asyncDispose]();
      await auditFile?.[Symbol.asyncDispose]();
      await context.stackResolver[Symbol.asyncDispose]();
      await context.prices[Symbol.asyncDispose]();
      await context.runners[Symbol.asyncDispose]();
      await context.database.close();
    },
  };
}

/** Starts working on jobs and on pipelines. */
async function startWorkers(context: Context): Promise<AsyncDisposable> {
  const jobs = new Worker(context);
  await jobs.start();
  const pipelines = new PipelineWorker(context);
  await pipelines.start();
  const schedules = await startStackSchedules(context);
  const deliverer = new Deliverer(context);
  await deliverer.start();
  return {
    async [Symbol.asyncDispose]() {
      await deliverer[Symbol.asyncDispose]();
      await schedules[Symbol.asyncDispose]();
      await pipelines[Symbol.asyncDispose]();
      await jobs[Symbol.asyncDispose]();
    },
  };
}

async function createContext(config: Config): Promise<Context> {
  const operatorPolicy = allowOwnEndpoints(
    await loadOperatorPolicy(config.policyFile),
    config.cloudEnvironment,
  );
  const logger = createLogger(config.logLevel, 'gateway');
  const encryption = createEncryption(
    await loadEncryptionKey(config.dataDir, config.stateEncryptionKey),
    config.previousEncryptionKeys.map((key) => Buffer.from(key, 'hex')),
  );
  if (!config.databaseUrl && (await swapInRestored(config.dataDir)))
    logger.warn('the database was replaced by the restored backup');
  const database = await openDatabase(config);
  const audit = await openAuditLog(database, encryption);
  return {
    config,
    logger,
    database,
    encryption,
    access: new Access(
      config.access,
      database,
      logger,
      config.mainApiUrl ? askMainApi(config.mainApiUrl) : undefined,
    ),
    audit,
    refusals: new Refusals(audit, database.query, logger),
    runners: createRunnerRegistry({
      urls: config.runnerUrls,
      registered: () => registeredRunners(database.query, config.runnerLostSeconds).catch(() => []),
      token: config.runnerToken,
      tls: config.runnerTls && readClientTls(config.runnerTls),
      logger,
    }),
    feed: new JobFeed(database),
    pipelineFeed: new PipelineFeed(),
    jobCache: createJobCache({ maxBytes: jobCacheBytes }),
    metrics: createMetrics(),
    prices: new Prices(config, logger),
    stackResolver: new StackResolver({ kindsDir: config.kindsDir }),
    operatorPolicy,
    redactorOf: createAnswerRedactors({ config, database, encryption }),
  };
}

/** Starts copying the audit log to `AUDIT_LOG_FILE`, if it is set. */
async function copyAudit({ config, database, logger }: Context): Promise<AuditFile | undefined> {
  if (!config.access.auditLogFile) return undefined;
  const file = await followToFile(config.access.auditLogFile, database.query, logger);
  await database.listen(auditChannel, () => file.changed());
  database.onReconnect(() => file.changed());
  return file;
}

/** Updates this gateway's cache and listeners when any gateway commits a change. */
async function connectChanges(context: Context): Promise<void> {
  await context.database.listen(jobChangedChannel, (jobId) => {
    context.jobCache.invalidate(jobId);
    context.feed.changed(jobId);
    context.pipelineFeed.changed();
  });
  await context.database.listen(pipelineChangedChannel, () => context.pipelineFeed.changed());
  context.database.onReconnect(() => {
    context.jobCache.clear();
    context.feed.changedAll();
    context.pipelineFeed.changed();
  });
}

function listen(server: Server, config: Config): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.port, config.host, () => resolve(server));
  });
}
