import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  logLevel,
  runnerToken,
  type SettingGroup,
  type SettingsTable,
  settingTypes,
} from '@deployment-engine/service';
import { z } from 'zod';
import { isExecutable } from './files/executable.ts';
import { limitSettings, sandboxSettings } from './sandbox/settings.ts';

const { httpUrl, list, port, text, wholeNumber } = settingTypes;

const server = {
  title: 'Server',
  settings: {
    RUNNER_HOST: { meaning: 'address to listen on', type: text, default: '127.0.0.1', example: '0.0.0.0' },
    RUNNER_PORT: { meaning: 'port; `0` selects a free one', type: port, default: '8000', example: '8001' },
    RUNNER_TLS_CERT: {
      meaning:
        "runner's certificate (PEM file); with all three `RUNNER_TLS_*` the runner serves HTTPS, only to clients with a certificate",
      type: text,
      problemHere: unreadable,
      example: '/etc/engine/runner.pem',
    },
    RUNNER_TLS_KEY: {
      meaning: 'key of `RUNNER_TLS_CERT`',
      type: text,
      problemHere: unreadable,
      example: '/etc/engine/runner.key',
    },
    RUNNER_TLS_CA: {
      meaning: "certificate of the authority that signs gateways' certificates",
      type: text,
      problemHere: unreadable,
      example: '/etc/engine/ca.pem',
    },
    LOG_LEVEL: logLevel,
  },
} satisfies SettingGroup;

const gateways = {
  title: 'Gateways',
  settings: {
    RUNNER_TOKEN: runnerToken,
    GATEWAY_URL: {
      meaning:
        'gateways to register with, separated by commas; needed when they do not list this runner in `TERRAFORM_RUNNER_URL`',
      type: list.pipe(z.array(httpUrl('must be http(s) URLs, separated by commas'))),
      default: '',
      example: 'https://engine.example.org',
    },
    RUNNER_ADVERTISE_URL: {
      meaning: 'address at which gateways reach this runner',
      type: httpUrl('must be an http(s) URL'),
      otherwise: 'from `RUNNER_HOST` and `RUNNER_PORT`',
      example: 'http://runner-1.example.org:8000',
    },
    RUNNER_ID: {
      meaning: 'name of this runner',
      type: z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 letters, digits, ".", "_" or "-"'),
      otherwise: 'created once and stored in `DATA_DIR`',
      example: 'runner-1',
    },
  },
} satisfies SettingGroup;

const storage = {
  title: 'Storage',
  settings: {
    DATA_DIR: {
      meaning: "folder with the runner's id and its records about providers",
      type: text,
      default: 'data',
      example: '/var/lib/runner',
    },
    WORKSPACES_DIR: {
      meaning:
        'folder to which the gateway writes revisions; a runner without access to it gets them over HTTP',
      type: text,
      default: 'workspaces',
      example: '/var/lib/engine/workspaces',
    },
    RUNS_DIR: {
      meaning:
        'working folders of runs, on a durable disk: they let an apply survive a restart of the runner',
      type: text,
      otherwise: '`runs` in `DATA_DIR`',
      example: '/var/lib/runner/runs',
    },
    RUNS_RETENTION_HOURS: {
      meaning: 'how long finished jobs and unused revisions are kept if no gateway removes them',
      type: wholeNumber({ of: 'hours', minimum: 1, maximum: 8760 }),
      unit: 'hours',
      default: '72',
      example: '24',
    },
  },
} satisfies SettingGroup;

const terraform = {
  title: 'Terraform',
  settings: {
    TERRAFORM_BINARY_PATH: {
      meaning: 'the Terraform or OpenTofu program',
      type: text,
      problemHere: (path) =>
        isExecutable(path) ? undefined : 'is not an executable file; give the path of terraform or tofu',
      otherwise: '`terraform`, else `tofu` on the `PATH`',
      example: '/usr/local/bin/terraform',
    },
    TERRAFORM_PROVIDER_MIRROR: {
      meaning:
        'a Terraform filesystem mirror: the folder with `registry.terraform.io`; without one, providers are downloaded',
      type: text,
      problemHere: (path) =>
        isMirror(path)
          ? undefined
          : 'holds no registry.terraform.io folder; give a Terraform filesystem mirror',
      otherwise: 'the first conventional folder that exists',
      example: '/opt/tf-plugins',
    },
  },
} satisfies SettingGroup;

const runs = {
  title: 'Runs',
  settings: {
    RUNNER_SLOTS: {
      meaning: 'limit on concurrent runs',
      type: wholeNumber({ of: 'runs', minimum: 1, maximum: 256 }),
      otherwise: 'number of cores, at least 2, no more than the memory divided by `SANDBOX_MEMORY_MB`',
      example: '4',
    },
    WARM_PROVIDERS: {
      meaning:
        'how many AWS providers are kept started for jobs to come, about 0.7 GB each; `0` starts each with its job; see [performance](performance.md)',
      type: wholeNumber({ of: 'providers', minimum: 0, maximum: 16 }),
      otherwise: '`1` if at least 4 GB of memory are free at the start, else `0`',
      example: '2',
    },
    DRAIN_SECONDS: {
      meaning:
        'how long calls to a provider may continue after Terraform has ended, 0 to 600; after two thirds of it the provider is stopped',
      type: wholeNumber({ of: 'seconds', minimum: 0, maximum: 600 }),
      unit: 'seconds',
      default: '15',
      example: '60',
    },
    STOP_WAIT_SECONDS: {
      meaning:
        'how long a runner that is stopped takes no more runs but finishes those that it has; at 0 they continue when the runner is started again on the same machine',
      type: wholeNumber({ of: 'seconds', minimum: 0, maximum: 86_400 }),
      unit: 'seconds',
      default: '0',
      example: '3600',
    },
    STOP_GRACE_SECONDS: {
      meaning: 'time from interrupt to kill when a time limit ends a run',
      type: wholeNumber({ of: 'seconds', minimum: 0, maximum: 3600 }),
      unit: 'seconds',
      default: '30',
      example: '60',
    },
    RUN_LOG_MB: {
      meaning: "a run's log lines beyond this size are left out",
      type: wholeNumber({ of: 'megabytes', minimum: 1, maximum: 1024 }),
      unit: 'MB',
      default: '16',
      example: '64',
    },
  },
} satisfies SettingGroup;

/** Every setting of the runner, by topic. */
export const runnerSettings = {
  server,
  gateways,
  storage,
  terraform,
  runs,
  sandbox: sandboxSettings,
  limits: limitSettings,
} satisfies SettingsTable;

export function isMirror(path: string): boolean {
  return existsSync(join(path, 'registry.terraform.io'));
}

function unreadable(path: string): string | undefined {
  try {
    accessSync(path, constants.R_OK);
  } catch {
    return 'is not a file that can be read';
  }
}
