import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import type { TlsFiles } from '@deployment-engine/contracts';
import { readSecretFiles } from '@deployment-engine/contracts';
import { z } from 'zod';
import { type AccessConfig, accessConfig, accessContradictions, accessSettings } from './access/settings.ts';
import { clientTlsFiles } from './runners/client-tls.ts';
import { decimal, pairs, port, positive, seconds } from './setting-types.ts';

const environmentSchema = z.object({
  ...accessSettings,
  PORT: port(3000),
  HOST: z.string().min(1).default('127.0.0.1'),
  TERRAFORM_RUNNER_URL: z
    .string()
    .default('http://localhost:8000')
    .transform((text) => (text === 'none' ? [] : text.split(',').map((url) => url.trim())))
    .pipe(
      z.array(
        z.url({
          protocol: /^https?$/,
          error: 'must be none, or one or more http(s) URLs, separated by commas',
        }),
      ),
    ),
  RUNNER_CLIENT_CERT: z.string().optional(),
  RUNNER_CLIENT_KEY: z.string().optional(),
  RUNNER_CLIENT_CA: z.string().optional(),
  RUNNER_TOKEN: z
    .string({ error: 'is missing; give gateway and runner the same secret of at least 16 characters' })
    .min(16, 'must have at least 16 characters'),
  WORKSPACES_DIR: z.string().min(1).default('workspaces'),
  DATA_DIR: z.string().min(1).default('data'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgres:// or postgresql://')
    .optional(),
  LOG_LEVEL: z
    .enum(['error', 'warn', 'info', 'debug'], { error: 'must be error, warn, info or debug' })
    .default('info'),
  STATE_ENCRYPTION_KEY: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, 'must be 64 hex digits (32 bytes); make one with: openssl rand -hex 32')
    .optional(),
  STATE_ENCRYPTION_PREVIOUS_KEYS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((key) => key.trim())
        .filter(Boolean),
    )
    .pipe(
      z.array(z.string().regex(/^[0-9a-fA-F]{64}$/, 'must be keys of 64 hex digits, separated by commas')),
    ),
  LEASE_SECONDS: seconds(15, 3),
  CANCEL_GRACE_SECONDS: seconds(60, 0),
  ORPHAN_TAG: z.enum(['0', '1'], { error: 'must be 1 or 0' }).default('0'),
  ORPHAN_ABSENCE_SECONDS: seconds(30, 0),
  STEP_TIMEOUT_SECONDS: seconds(3600),
  JOB_TIMEOUT_SECONDS: seconds(7200),
  RUNNER_LOST_SECONDS: seconds(30, 5),
  LOST_APPLY_HOLD_SECONDS: seconds(300, 0),
  EVENT_RETENTION_DAYS: positive(90),
  STATE_RETENTION_DAYS: positive(3650),
  STATE_VERSIONS_KEPT: positive(200),
  COST_EXCHANGE_RATES: pairs('EUR=0.92', /^[A-Z]{3}$/, decimal.pipe(z.number().positive())),
  COST_DISCOUNTS: pairs('aws_instance=10', /^[a-z][a-z0-9_]*\*?$/, decimal.pipe(z.number().max(100))),
  POLICY_FILE: z.string().min(1).optional(),
  PRICE_BOOK: z.string().min(1).optional(),
  PRICE_LIST_URLS: pairs(
    'aws=https://prices.example.org',
    /^(aws|azure|google)$/,
    z.url({ protocol: /^https?$/ }),
  ),
  OIDC_ISSUER_URL: z
    .url({ protocol: /^https?$/, error: 'must be the URL under which clouds reach this gateway' })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  PRICE_GOOGLE_API_KEY: z.string().min(1).optional(),
});

/** Settings that may stand in a file of their own, named by `<NAME>_FILE`. */
const secretSettings = [
  'RUNNER_TOKEN',
  'DATABASE_URL',
  'STATE_ENCRYPTION_KEY',
  'STATE_ENCRYPTION_PREVIOUS_KEYS',
  'JWT_SECRET_KEY',
  'PRICE_GOOGLE_API_KEY',
] as const;

/** Cloud variables that only runs receive. */
const cloudVariable = /^(AWS|ARM|GOOGLE)_[A-Z0-9_]+$/;
/** Variables that name files or make Terraform's provider behave differently on the runner's machine. */
const notForRuns = new Set(['AWS_CA_BUNDLE', 'AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE']);

export type Config = {
  access: AccessConfig;
  host: string;
  port: number;
  /** Runners known by this setting alone; more make themselves known by heartbeat. */
  runnerUrls: string[];
  runnerToken: string;
  /** Set where runners serve TLS and ask for the gateway's certificate. */
  runnerTls: TlsFiles | undefined;
  workspacesDir: string;
  dataDir: string;
  /** `undefined` means the embedded database under `dataDir`. */
  databaseUrl: string | undefined;
  logLevel: string;
  /** 64 hex digits; `undefined` means the key file under `dataDir`. */
  stateEncryptionKey: string | undefined;
  /** Credentials and endpoints of the cloud, for runs only. */
  cloudEnvironment: Record<string, string>;
  gatewayId: string;
  leaseSeconds: number;
  cancelGraceSeconds: number;
  /** Whether AWS objects get a tag by which a search finds those of a project. */
  orphanTag: boolean;
  /** So long after an apply a search that finds nothing proves nothing: clouds show new objects late. */
  orphanAbsenceSeconds: number;
  stepTimeoutSeconds: number;
  jobTimeoutSeconds: number;
  /** After this long without an answer a runner is given up and its jobs are settled. */
  runnerLostSeconds: number;
  /** How long a project rests after its runner was given up during an apply. */
  lostHoldSeconds: number;
  /** Events and plans of jobs that ended longer ago are removed. */
  eventRetentionDays: number;
  /** State versions older than this, or beyond this number, are removed; never a project's newest. */
  stateRetentionDays: number;
  stateVersionsKept: number;
  /** Units of a currency for one USD. */
  exchangeRates: Record<string, number>;
  /** Percent off the list price, by resource type, type prefix with `*`, or category. */
  costDiscounts: Record<string, number>;
  /** The operator's policy; without one the built-in defaults hold. */
  policyFile: string | undefined;
  /** The installation's own price book; the embedded one is used while there is none. */
  priceBookPath: string;
  /** Where price lists are pulled from in place of the clouds' own addresses. */
  priceListUrls: { aws?: string; azure?: string; google?: string };
  /** Issuer of the engine's own tokens, by which projects take cloud roles; `undefined` means none are issued. */
  oidcIssuerUrl: string | undefined;
  /** Google's price catalogue needs a key. */
  priceGoogleApiKey: string | undefined;
  /** Earlier keys, still able to open what they have sealed, as hex. */
  previousEncryptionKeys: string[];
};

/** Thrown once with every wrong setting in it. */
export class ConfigError extends Error {
  constructor(lines: string[]) {
    super(`starting the gateway: wrong settings\n${lines.map((line) => `  ${line}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const { environment: present, wrong } = readSecretFiles(given, secretSettings);
  const parsed = environmentSchema.safeParse(present);
  const runnerTls = clientTlsFiles(present);
  const lines = [
    ...wrong,
    ...(parsed.error?.issues ?? []).map((issue) => `${issue.path[0] as string}: ${issue.message}`),
    ...(parsed.data ? accessContradictions(parsed.data) : []),
    ...(runnerTls === 'incomplete'
      ? [
          'RUNNER_CLIENT_CERT: RUNNER_CLIENT_CERT, RUNNER_CLIENT_KEY and RUNNER_CLIENT_CA go together; set all or none',
        ]
      : []),
  ];
  if (!parsed.data || lines.length > 0) throw new ConfigError(lines);
  const settings = parsed.data;
  return {
    access: accessConfig(settings, settings.HOST),
    host: settings.HOST,
    port: settings.PORT,
    runnerUrls: settings.TERRAFORM_RUNNER_URL,
    runnerToken: settings.RUNNER_TOKEN,
    runnerTls: runnerTls === 'incomplete' ? undefined : runnerTls,
    workspacesDir: resolve(settings.WORKSPACES_DIR),
    dataDir: resolve(settings.DATA_DIR),
    databaseUrl: settings.DATABASE_URL,
    logLevel: settings.LOG_LEVEL,
    stateEncryptionKey: settings.STATE_ENCRYPTION_KEY,
    cloudEnvironment: cloudEnvironment(present),
    gatewayId: `${hostname()}-${process.pid}-${Date.now().toString(36)}`,
    leaseSeconds: settings.LEASE_SECONDS,
    cancelGraceSeconds: settings.CANCEL_GRACE_SECONDS,
    orphanTag: settings.ORPHAN_TAG === '1',
    orphanAbsenceSeconds: settings.ORPHAN_ABSENCE_SECONDS,
    stepTimeoutSeconds: settings.STEP_TIMEOUT_SECONDS,
    jobTimeoutSeconds: settings.JOB_TIMEOUT_SECONDS,
    runnerLostSeconds: settings.RUNNER_LOST_SECONDS,
    lostHoldSeconds: settings.LOST_APPLY_HOLD_SECONDS,
    eventRetentionDays: settings.EVENT_RETENTION_DAYS,
    stateRetentionDays: settings.STATE_RETENTION_DAYS,
    stateVersionsKept: settings.STATE_VERSIONS_KEPT,
    exchangeRates: settings.COST_EXCHANGE_RATES,
    costDiscounts: settings.COST_DISCOUNTS,
    policyFile: settings.POLICY_FILE && resolve(settings.POLICY_FILE),
    priceBookPath: resolve(settings.PRICE_BOOK ?? join(settings.DATA_DIR, 'price-book.json')),
    priceListUrls: settings.PRICE_LIST_URLS,
    oidcIssuerUrl: settings.OIDC_ISSUER_URL,
    priceGoogleApiKey: settings.PRICE_GOOGLE_API_KEY,
    previousEncryptionKeys: settings.STATE_ENCRYPTION_PREVIOUS_KEYS,
  };
}

function cloudEnvironment(environment: NodeJS.ProcessEnv): Record<string, string> {
  const entries = Object.entries(environment).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && cloudVariable.test(entry[0]) && !notForRuns.has(entry[0]),
  );
  return Object.fromEntries(entries);
}
