import { accessSync, constants, existsSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TlsFiles } from '@deployment-engine/contracts';
import { z } from 'zod';
import { defaultSlots, machineMemoryMb } from './capacity/memory.ts';
import { findExecutable, isExecutable } from './files/executable.ts';
import { tlsFiles } from './http/tls.ts';
import { type SandboxSettings, sandboxSchema, sandboxSettings } from './sandbox/settings.ts';
import { wholeNumber } from './whole-number.ts';

const readableFile = z.string().refine(isReadable, 'is not a file that can be read');

const environmentSchema = z.object({
  RUNNER_HOST: z.string().default('127.0.0.1'),
  RUNNER_PORT: wholeNumber('a port', 0, 65_535).default(8000),
  RUNNER_TOKEN: z
    .string({ error: 'is missing; give gateway and runner the same secret of at least 16 characters' })
    .min(16, 'must have at least 16 characters'),
  WORKSPACES_DIR: z.string().default('workspaces'),
  DATA_DIR: z.string().default('data'),
  RUNS_DIR: z.string().optional(),
  TERRAFORM_BINARY_PATH: z
    .string()
    .refine(isExecutable, 'is not an executable file; give the path of terraform or tofu')
    .optional(),
  TERRAFORM_PROVIDER_MIRROR: z
    .string()
    .refine(isMirror, 'holds no registry.terraform.io folder; give a Terraform filesystem mirror')
    .optional(),
  RUNNER_SLOTS: wholeNumber('a number of runs', 1, 256).optional(),
  RUNNER_ID: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 letters, digits, ".", "_" or "-"')
    .optional(),
  GATEWAY_URL: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((url) => url.trim())
        .filter(Boolean),
    )
    .pipe(z.array(z.url({ protocol: /^https?$/, error: 'must be http(s) URLs, separated by commas' }))),
  RUNNER_ADVERTISE_URL: z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' }).optional(),
  RUNNER_TLS_CERT: readableFile.optional(),
  RUNNER_TLS_KEY: readableFile.optional(),
  RUNNER_TLS_CA: readableFile.optional(),
  ...sandboxSchema,
  RUN_LOG_MB: wholeNumber('a number of megabytes', 1, 1024).default(16),
  STOP_GRACE_SECONDS: wholeNumber('a number of seconds', 0, 3600).default(30),
  DRAIN_SECONDS: wholeNumber('a number of seconds', 0, 600).default(15),
  RUNS_RETENTION_HOURS: wholeNumber('a number of hours', 1, 8760).default(72),
  LOG_LEVEL: z
    .enum(['error', 'warn', 'info', 'debug'], { error: 'must be error, warn, info or debug' })
    .default('info'),
});

export type RunnerConfig = {
  host: string;
  /** 0 takes any free port. */
  port: number;
  token: string;
  workspacesDir: string;
  dataDir: string;
  runsDir: string;
  terraformPath: string;
  /** A Terraform filesystem mirror; `undefined` lets init download providers. */
  providerMirror: string | undefined;
  /** Runs that may be in progress at once. */
  slots: number;
  /** `undefined` takes the id kept under `dataDir`. */
  runnerId: string | undefined;
  /** Gateways to tell that this runner lives; empty where they know it by their own settings. */
  gatewayUrls: string[];
  /** Where gateways reach this runner; `undefined` means its own host and port. */
  advertiseUrl: string | undefined;
  /** Time between SIGINT and SIGKILL where a time limit, not a caller, ends a run. */
  stopGraceMs: number;
  /** How long calls to a cloud that are in flight may go on once Terraform has ended. */
  drainMs: number;
  /** How long a job whose runs have all finished is kept where no gateway removes it. */
  runsRetentionMs: number;
  /** Certificate, key and the authority whose clients are let in, as files; `undefined` serves plain HTTP. */
  tls: TlsFiles | undefined;
  sandbox: SandboxSettings;
  /** Beyond this size a run's log lines are left out; everything else is still kept. */
  maxLogBytes: number;
  /** Where programs are looked for. */
  searchPath: string;
  logLevel: string;
};

/** Thrown once with every wrong setting in it. */
export class ConfigError extends Error {
  constructor(lines: string[]) {
    super(`starting the terraform runner: wrong settings\n${lines.map((line) => `  ${line}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

export function readConfig(environment: NodeJS.ProcessEnv): RunnerConfig {
  const present = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = environmentSchema.safeParse(present);
  const problems = parsed.error?.issues.map((issue) => `${issue.path[0] as string}: ${issue.message}`) ?? [];
  const terraformPath =
    present.TERRAFORM_BINARY_PATH ?? findExecutable(present.PATH ?? '', ['terraform', 'tofu']);
  if (!terraformPath)
    problems.push('TERRAFORM_BINARY_PATH: is not set, and neither terraform nor tofu is on the PATH');
  const tls = tlsFiles(present);
  if (tls === 'incomplete')
    problems.push(
      'RUNNER_TLS_CERT: RUNNER_TLS_CERT, RUNNER_TLS_KEY and RUNNER_TLS_CA go together; set all or none',
    );
  if (!parsed.success || !terraformPath || tls === 'incomplete') throw new ConfigError(problems);
  const settings = parsed.data;
  return {
    host: settings.RUNNER_HOST,
    port: settings.RUNNER_PORT,
    token: settings.RUNNER_TOKEN,
    workspacesDir: resolve(settings.WORKSPACES_DIR),
    dataDir: resolve(settings.DATA_DIR),
    runsDir: resolve(settings.RUNS_DIR ?? join(settings.DATA_DIR, 'runs')),
    terraformPath: resolve(terraformPath),
    providerMirror: settings.TERRAFORM_PROVIDER_MIRROR
      ? realpathSync(settings.TERRAFORM_PROVIDER_MIRROR)
      : conventionalMirror(),
    slots: settings.RUNNER_SLOTS ?? defaultSlots(settings.SANDBOX_MEMORY_MB, machineMemoryMb()),
    runnerId: settings.RUNNER_ID,
    gatewayUrls: settings.GATEWAY_URL,
    advertiseUrl: settings.RUNNER_ADVERTISE_URL,
    stopGraceMs: settings.STOP_GRACE_SECONDS * 1000,
    drainMs: settings.DRAIN_SECONDS * 1000,
    runsRetentionMs: settings.RUNS_RETENTION_HOURS * 3_600_000,
    tls,
    sandbox: sandboxSettings(settings),
    maxLogBytes: settings.RUN_LOG_MB * 1024 * 1024,
    searchPath: present.PATH ?? '',
    logLevel: settings.LOG_LEVEL,
  };
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

function isMirror(path: string): boolean {
  return existsSync(join(path, 'registry.terraform.io'));
}

/** Where operators keep providers, by Terraform's own convention; see its "implied local mirrors". */
function conventionalMirror(): string | undefined {
  const found = [
    '/opt/tf-plugins',
    join(homedir(), '.terraform.d/plugins'),
    '/usr/share/terraform/plugins',
    '/usr/local/share/terraform/plugins',
  ].find(isMirror);
  return found && realpathSync(found);
}
