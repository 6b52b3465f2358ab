import type { OperatorPolicy } from '@deployment-engine/contracts';
import type { Logger } from 'winston';
import type { Access } from './access/access.ts';
import type { AuditLog } from './audit/log.ts';
import type { Refusals } from './audit/refusals.ts';
import type { Config } from './config.ts';
import type { OpenDatabase } from './database/open.ts';
import type { Encryption } from './encryption.ts';
import type { JobFeed } from './job-events/feed.ts';
import type { JobCache } from './jobs/cache.ts';
import type { Metrics } from './metrics.ts';
import type { Prices } from './project-costs/prices.ts';
import type { RedactorOf } from './redaction/redact-answer.ts';
import type { Redactor } from './redaction/redactor.ts';
import type { RunnerRegistry } from './runners/registry.ts';

/** What request handlers and workers share. */
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
  jobCache: JobCache;
  metrics: Metrics;
  prices: Prices;
  operatorPolicy: OperatorPolicy;
  /** What takes the secrets of a project or a job out of answers. */
  redactorOf: RedactorOf<Redactor>;
};
