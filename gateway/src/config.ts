import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { readSettings, ServiceConfigError, type SettingValues } from '@deployment-engine/service';
import { accessConfig, accessContradictions } from './access/access-config.ts';
import { clientTlsFiles } from './runners/client-tls.ts';
import { gatewaySettings } from './settings.ts';

type Values = SettingValues<typeof gatewaySettings>;

/** Cloud variables that only runs receive. */
const cloudVariable = /^(AWS|ARM|GOOGLE)_[A-Z0-9_]+$/;
/** Variables that are not passed to runs: the files that they name are on the gateway's machine. */
const notForRuns = new Set(['AWS_CA_BUNDLE', 'AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE']);

export type Config = ReturnType<typeof readConfig>;

export class ConfigError extends ServiceConfigError {
  constructor(lines: string[]) {
    super('the gateway', lines);
  }
}

/** Reads the gateway's settings; throws `ConfigError` with a line for each invalid one. */
export function readConfig(given: NodeJS.ProcessEnv) {
  const { values, environment, problems, misspelt } = readSettings(gatewaySettings, given);
  const lines = [...problems, ...contradictions(values, environment)];
  if (!values || lines.length > 0) throw new ConfigError([...lines, ...misspelt]);
  const { server, access, tokens, cloudAccess } = values;
  return {
    access: accessConfig({ ...access, ...tokens }, server.HOST),
    host: server.HOST,
    port: server.PORT,
    logLevel: server.LOG_LEVEL,
    gatewayId: `${hostname()}-${process.pid}-${Date.now().toString(36)}`,
    /** Cloud credentials and endpoints, for runs only. */
    cloudEnvironment: cloudEnvironment(environment),
    /** Issuer of the engine's own tokens, with which projects assume cloud roles; `undefined`: it issues none. */
    oidcIssuerUrl: cloudAccess.OIDC_ISSUER_URL,
    /** A line for each variable that looks like a misspelt setting. */
    misspeltSettings: misspelt,
    ...storageConfig(values.storage),
    ...runnersConfig(values.runners),
    ...jobsConfig(values),
    ...retentionConfig(values.retention),
    ...policyAndCostsConfig(values),
    ...outsideConfig(values.outside),
  };
}

/** Returns a line for each setting that contradicts another one. */
function contradictions(values: Values | undefined, environment: NodeJS.ProcessEnv): string[] {
  const lines = values ? accessContradictions({ ...values.access, ...values.tokens }) : [];
  if (values?.tokens.MAIN_API_AUTH && !values.outside.MAIN_API_URL)
    lines.push('MAIN_API_AUTH: MAIN_API_URL is missing; it says where tokens are checked');
  if (clientTlsFiles(environment) === 'incomplete')
    lines.push(
      'RUNNER_CLIENT_CERT: RUNNER_CLIENT_CERT, RUNNER_CLIENT_KEY and RUNNER_CLIENT_CA go together; set all or none',
    );
  if (values && (values.outside.SMTP_URL === undefined) !== (values.outside.SMTP_FROM === undefined))
    lines.push('SMTP_URL: SMTP_URL and SMTP_FROM go together; set both or none');
  return lines;
}

function storageConfig(storage: Values['storage']) {
  return {
    dataDir: resolve(storage.DATA_DIR),
    workspacesDir: resolve(storage.WORKSPACES_DIR),
    /** `undefined` means the embedded database under `dataDir`. */
    databaseUrl: storage.DATABASE_URL,
    /** 64 hex digits; `undefined` means the key file under `dataDir`. */
    stateEncryptionKey: storage.STATE_ENCRYPTION_KEY,
    /** Earlier keys, as hex, to open values that they have sealed. */
    previousEncryptionKeys: storage.STATE_ENCRYPTION_PREVIOUS_KEYS,
  };
}

function runnersConfig(runners: Values['runners']) {
  const tls = clientTlsFiles(runners);
  return {
    /** Runners known from this setting; others register by heartbeat. */
    runnerUrls: runners.TERRAFORM_RUNNER_URL,
    runnerToken: runners.RUNNER_TOKEN,
    /** Set if runners serve TLS and require the gateway's certificate. */
    runnerTls: tls === 'incomplete' ? undefined : tls,
    runnerLostSeconds: runners.RUNNER_LOST_SECONDS,
  };
}

function jobsConfig({ jobs, orphans }: Values) {
  return {
    leaseSeconds: jobs.LEASE_SECONDS,
    cancelGraceSeconds: jobs.CANCEL_GRACE_SECONDS,
    stepTimeoutSeconds: jobs.STEP_TIMEOUT_SECONDS,
    jobTimeoutSeconds: jobs.JOB_TIMEOUT_SECONDS,
    lostHoldSeconds: jobs.LOST_APPLY_HOLD_SECONDS,
    /** Whether AWS objects get a tag by which a search finds a project's objects. */
    orphanTag: orphans.ORPHAN_TAG,
    orphanAbsenceSeconds: orphans.ORPHAN_ABSENCE_SECONDS,
  };
}

function retentionConfig(retention: Values['retention']) {
  return {
    eventRetentionDays: retention.EVENT_RETENTION_DAYS,
    stateRetentionDays: retention.STATE_RETENTION_DAYS,
    stateVersionsKept: retention.STATE_VERSIONS_KEPT,
  };
}

function outsideConfig(outside: Values['outside']) {
  return {
    /** The platform that is told what deployments come to. */
    mainApiUrl: outside.MAIN_API_URL,
    mainApiToken: outside.MAIN_API_TOKEN,
    /** Hosts that notifications are sent to. */
    notificationHosts: outside.NOTIFICATION_HOSTS,
    /** `undefined` without a mail server. */
    mail:
      outside.SMTP_URL !== undefined && outside.SMTP_FROM !== undefined
        ? { url: outside.SMTP_URL, from: outside.SMTP_FROM, recipients: outside.SMTP_RECIPIENTS }
        : undefined,
    slackApiUrl: outside.SLACK_API_URL,
    pagerdutyEventsUrl: outside.PAGERDUTY_EVENTS_URL,
    /** Hosts from which templates are fetched. */
    templateHosts: outside.TEMPLATE_HOSTS,
  };
}

function policyAndCostsConfig({ policyAndCosts: settings, storage }: Values) {
  return {
    policyFile: settings.POLICY_FILE && resolve(settings.POLICY_FILE),
    /** Units of a currency for one USD. */
    exchangeRates: settings.COST_EXCHANGE_RATES,
    /** Percent off the list price, by resource type, type prefix with `*`, or category. */
    costDiscounts: settings.COST_DISCOUNTS,
    /** The installation's own price book; the embedded one is used while this file does not exist. */
    kindsDir: settings.KINDS_DIR && resolve(settings.KINDS_DIR),
    priceBookPath: resolve(settings.PRICE_BOOK ?? join(storage.DATA_DIR, 'price-book.json')),
    /** Addresses of price lists that replace the clouds' own. */
    priceListUrls: settings.PRICE_LIST_URLS as { aws?: string; azure?: string; google?: string },
    /** Key for Google's price catalogue. */
    priceGoogleApiKey: settings.PRICE_GOOGLE_API_KEY,
  };
}

function cloudEnvironment(environment: NodeJS.ProcessEnv): Record<string, string> {
  const entries = Object.entries(environment).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && cloudVariable.test(entry[0]) && !notForRuns.has(entry[0]),
  );
  return Object.fromEntries(entries);
}
