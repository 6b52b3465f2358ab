import type { OperatorPolicy } from '@deployment-engine/contracts';
import type { Logger } from 'winston';
import type { Access } from './access/access.ts';
import type { AuditLog } from './access/audit/log.ts';
import type { Refusals } from './access/audit/refusals.ts';
import type { Config } from './config.ts';
import type { Prices } from './costs/prices.ts';
import type { RedactorOf } from './http/redact-answer.ts';
import type { JobCache } from './jobs/cache.ts';
import type { JobFeed } from './jobs/events/feed.ts';
import type { PipelineFeed } from './pipelines/feed.ts';
import type { Redactor } from './projects/redaction/redactor.ts';
import type { RunnerRegistry } from './runners/registry.ts';
import type { OpenDatabase } from './server/database/open.ts';
import type { Encryption } from './server/encryption.ts';
import type { Metrics } from './server/metrics.ts';
import type { StackResolver } from './stacks/resolver.ts';

/** Shared by request handlers and workers. */
export type Context = {
  config: Config;
  logger: Logger;
  database: OpenDatabase;
  encryption: Encryption;
  access: Access;
  audit: AuditLog;
  refusals: Refusals;
  runners: RunnerRegistry;
  feed: JobFeed;
  pipelineFeed: PipelineFeed;
  jobCache: JobCache;
  metrics: Metrics;
  prices: Prices;
  stackResolver: StackResolver;
  operatorPolicy: OperatorPolicy;
  /** Returns the redactor for answers about a project or a job. */
  redactorOf: RedactorOf<Redactor>;
};
