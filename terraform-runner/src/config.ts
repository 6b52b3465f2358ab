import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  readSettings,
  ServiceConfigError,
  type SettingValues,
  type TlsFiles,
} from '@deployment-engine/service';
import { defaultSlots, defaultWarmProviders, machineMemoryMb } from './capacity/memory.ts';
import { findExecutable } from './files/executable.ts';
import { tlsFiles } from './http/tls.ts';
import { sandboxConfig } from './sandbox/settings.ts';
import { isMirror, runnerSettings } from './settings.ts';

type Values = SettingValues<typeof runnerSettings>;

export type RunnerConfig = ReturnType<typeof readConfig>;

export class ConfigError extends ServiceConfigError {
  constructor(lines: string[]) {
    super('the terraform runner', lines);
  }
}

/** Reads the runner's settings; throws `ConfigError` with a line for each wrong one. */
export function readConfig(given: NodeJS.ProcessEnv) {
  const { values, environment, problems, misspelt } = readSettings(runnerSettings, given);
  const searchPath = environment.PATH ?? '';
  const terraformPath =
    environment.TERRAFORM_BINARY_PATH ?? findExecutable(searchPath, ['terraform', 'tofu']);
  if (!terraformPath)
    problems.push('TERRAFORM_BINARY_PATH: is not set, and neither terraform nor tofu is on the PATH');
  const tls = tlsFiles(environment);
  if (tls === 'incomplete')
    problems.push(
      'RUNNER_TLS_CERT: RUNNER_TLS_CERT, RUNNER_TLS_KEY and RUNNER_TLS_CA go together; set all or none',
    );
  if (!values || !terraformPath || tls === 'incomplete') throw new ConfigError([...problems, ...misspelt]);
  return {
    ...serverConfig(values, tls),
    ...storageConfig(values.storage),
    ...terraformConfig(values.terraform, terraformPath, searchPath),
    ...runsConfig(values),
    sandbox: sandboxConfig(values),
    /** A line for each variable that looks like a misspelt setting. */
    misspeltSettings: misspelt,
  };
}

function serverConfig({ server, gateways }: Values, tls: TlsFiles | undefined) {
  return {
    host: server.RUNNER_HOST,
    /** 0 picks a free port. */
    port: server.RUNNER_PORT,
    /** Paths of certificate, key and client CA; `undefined` serves plain HTTP. */
    tls,
    logLevel: server.LOG_LEVEL,
    token: gateways.RUNNER_TOKEN,
    /** `undefined` uses the id stored under `dataDir`. */
    runnerId: gateways.RUNNER_ID,
    /** Gateways to register with; empty when their settings list this runner. */
    gatewayUrls: gateways.GATEWAY_URL,
    /** URL at which gateways reach this runner; `undefined` means its own host and port. */
    advertiseUrl: gateways.RUNNER_ADVERTISE_URL,
  };
}

function storageConfig(storage: Values['storage']) {
  return {
    workspacesDir: resolve(storage.WORKSPACES_DIR),
    dataDir: resolve(storage.DATA_DIR),
    runsDir: resolve(storage.RUNS_DIR ?? join(storage.DATA_DIR, 'runs')),
    /** How long a job is kept after its runs have finished, if no gateway deletes it. */
    runsRetentionMs: storage.RUNS_RETENTION_HOURS * 3_600_000,
  };
}

function terraformConfig(terraform: Values['terraform'], terraformPath: string, searchPath: string) {
  return {
    terraformPath: resolve(terraformPath),
    /** A Terraform filesystem mirror; `undefined` lets init download providers. */
    providerMirror: terraform.TERRAFORM_PROVIDER_MIRROR
      ? realpathSync(terraform.TERRAFORM_PROVIDER_MIRROR)
      : conventionalMirror(),
    /** Folders to search for programs. */
    searchPath,
  };
}

function runsConfig({ runs, limits }: Values) {
  return {
    /** Maximum number of concurrent runs. */
    slots: runs.RUNNER_SLOTS ?? defaultSlots(limits.SANDBOX_MEMORY_MB, machineMemoryMb()),
    /** How many providers are kept started for jobs to come. */
    warmProviders: runs.WARM_PROVIDERS ?? defaultWarmProviders(),
    /** How long a runner that is stopped may finish its runs. */
    stopWaitMs: runs.STOP_WAIT_SECONDS * 1000,
    /** Time between SIGINT and SIGKILL when a timeout ends a run. */
    stopGraceMs: runs.STOP_GRACE_SECONDS * 1000,
    /** How long cloud calls in flight may continue after Terraform has ended. */
    drainMs: runs.DRAIN_SECONDS * 1000,
    /** Log lines of a run beyond this size are dropped; everything else is still kept. */
    maxLogBytes: runs.RUN_LOG_MB * 1024 * 1024,
  };
}

/** Finds the operator's provider folder. Source: Terraform's "implied local mirrors". */
function conventionalMirror(): string | undefined {
  const found = [
    '/opt/tf-plugins',
    join(homedir(), '.terraform.d/plugins'),
    '/usr/share/terraform/plugins',
    '/usr/local/share/terraform/plugins',
  ].find(isMirror);
  return found && realpathSync(found);
}
