import {
  logLevel,
  runnerToken,
  type SettingGroup,
  type SettingsTable,
  settingTypes,
} from '@deployment-engine/service';
import { z } from 'zod';
import { accessSettings, tokenSettings } from './access/settings.ts';
import { outsideSettings } from './infrastructure/settings.ts';

const { decimal, flag, httpUrl, list, pairs, port, text, wholeNumber } = settingTypes;

const seconds = (minimum: number) => wholeNumber({ of: 'seconds', minimum });
const count = wholeNumber({ minimum: 1, maximum: 99_999 });
const encryptionKey = /^[0-9a-fA-F]{64}$/;

const server = {
  title: 'Server',
  settings: {
    PORT: {
      meaning: 'port of the public API; `0` selects a free one',
      type: port,
      default: '3000',
      example: '8080',
    },
    HOST: {
      meaning:
        'address to listen on; on any address but the loopback every caller must authenticate, see [access](access.md)',
      type: text,
      default: '127.0.0.1',
      example: '0.0.0.0',
    },
    LOG_LEVEL: logLevel,
  },
} satisfies SettingGroup;

const runners = {
  title: 'Runners',
  settings: {
    TERRAFORM_RUNNER_URL: {
      meaning: 'addresses of runners, separated by commas; `none` when all runners register themselves',
      type: z
        .string()
        .transform((urls) => (urls === 'none' ? [] : urls.split(',').map((url) => url.trim())))
        .pipe(z.array(httpUrl('must be none, or one or more http(s) URLs, separated by commas'))),
      default: 'http://localhost:8000',
      example: 'http://runner-1:8000,http://runner-2:8000',
    },
    RUNNER_TOKEN: runnerToken,
    RUNNER_CLIENT_CERT: {
      meaning:
        "gateway's certificate (PEM file) for runners that serve HTTPS; set all three `RUNNER_CLIENT_*` or none",
      type: text,
      example: '/etc/engine/gateway.pem',
    },
    RUNNER_CLIENT_KEY: {
      meaning: 'key of `RUNNER_CLIENT_CERT`',
      type: text,
      example: '/etc/engine/gateway.key',
    },
    RUNNER_CLIENT_CA: {
      meaning: "certificate of the authority that signs runners' certificates",
      type: text,
      example: '/etc/engine/ca.pem',
    },
    RUNNER_LOST_SECONDS: {
      meaning: 'a runner that does not answer for this long is declared lost, and its jobs are settled',
      type: seconds(5),
      unit: 'seconds',
      default: '30',
      example: '60',
    },
  },
} satisfies SettingGroup;

const storage = {
  title: 'Storage',
  settings: {
    DATA_DIR: {
      meaning: 'folder of the embedded database, the encryption key and the first API key',
      type: text,
      default: 'data',
      example: '/var/lib/engine',
    },
    WORKSPACES_DIR: {
      meaning: 'folder to which revisions are written for runners on the same volume',
      type: text,
      default: 'workspaces',
      example: '/var/lib/engine/workspaces',
    },
    DATABASE_URL: {
      meaning: '`postgres://…` stores everything in PostgreSQL, which several gateways need',
      type: z.string().regex(/^postgres(ql)?:\/\//, 'must begin with postgres:// or postgresql://'),
      otherwise: 'the embedded database',
      example: 'postgres://engine@db.example.org/engine',
      secret: true,
    },
    STATE_ENCRYPTION_KEY: {
      meaning:
        '64 hex digits (`openssl rand -hex 32`); encrypts states, plans and variables; all gateways need the same',
      type: z
        .string()
        .regex(encryptionKey, 'must be 64 hex digits (32 bytes); make one with: openssl rand -hex 32'),
      otherwise: 'a file in `DATA_DIR`, created at the first start',
      example: 'ab'.repeat(32),
      secret: true,
    },
    STATE_ENCRYPTION_PREVIOUS_KEYS: {
      meaning: 'earlier keys, separated by commas, to read values that were encrypted with them',
      type: list.pipe(
        z.array(z.string().regex(encryptionKey, 'must be keys of 64 hex digits, separated by commas')),
      ),
      default: '',
      example: `${'ab'.repeat(32)},${'cd'.repeat(32)}`,
      secret: true,
    },
  },
} satisfies SettingGroup;

const jobs = {
  title: 'Jobs',
  settings: {
    STEP_TIMEOUT_SECONDS: {
      meaning: 'longest time for one step',
      type: seconds(1),
      unit: 'seconds',
      default: '3600',
      example: '1800',
    },
    JOB_TIMEOUT_SECONDS: {
      meaning: 'longest time for one run of a job',
      type: seconds(1),
      unit: 'seconds',
      default: '7200',
      example: '3600',
    },
    CANCEL_GRACE_SECONDS: {
      meaning: 'time from interrupt to kill when a job is cancelled, unless the request sets another time',
      type: seconds(0),
      unit: 'seconds',
      default: '60',
      example: '120',
    },
    LEASE_SECONDS: {
      meaning: 'another gateway takes a job over when its gateway has not renewed its lease for this long',
      type: seconds(3),
      unit: 'seconds',
      default: '15',
      example: '30',
    },
    LOST_APPLY_HOLD_SECONDS: {
      meaning:
        "how long a project's jobs are held after its runner was lost during an apply, which may still be running",
      type: seconds(0),
      unit: 'seconds',
      default: '300',
      example: '600',
    },
  },
} satisfies SettingGroup;

const orphans = {
  title: 'Orphans',
  settings: {
    ORPHAN_TAG: {
      meaning:
        "`1` makes the AWS provider tag every taggable resource with `deployment-engine:project`, by which orphans are found, see [orphans](orphans.md); this changes users' resources",
      type: flag,
      default: '0',
      example: '1',
    },
    ORPHAN_ABSENCE_SECONDS: {
      meaning:
        'time after an apply before a search that finds nothing settles an orphan; clouds list new objects late',
      type: seconds(0),
      unit: 'seconds',
      default: '30',
      example: '120',
    },
  },
} satisfies SettingGroup;

const retention = {
  title: 'Retention',
  settings: {
    EVENT_RETENTION_DAYS: {
      meaning: 'how long events and plans of finished jobs are kept',
      type: count,
      unit: 'days',
      default: '90',
      example: '30',
    },
    STATE_RETENTION_DAYS: {
      meaning:
        "how long state versions, and jobs that only planned or checked, are kept; a project's newest state is never removed",
      type: count,
      unit: 'days',
      default: '3650',
      example: '365',
    },
    STATE_VERSIONS_KEPT: {
      meaning: 'state versions kept for each project; older ones are removed',
      type: count,
      default: '200',
      example: '50',
    },
  },
} satisfies SettingGroup;

const policyAndCosts = {
  title: 'Policy and costs',
  settings: {
    POLICY_FILE: {
      meaning:
        "the operator's policy, YAML or JSON: defaults, minimums that projects can't weaken, exemptions; see [policy](policy.md)",
      type: text,
      otherwise: 'the built-in defaults',
      example: '/etc/engine/policy.yaml',
    },
    COST_EXCHANGE_RATES: {
      meaning: 'units of other currencies for one US dollar',
      type: pairs('EUR=0.92', /^[A-Z]{3}$/, decimal.pipe(z.number().positive())),
      default: '',
      example: 'EUR=0.92,GBP=0.79',
    },
    COST_DISCOUNTS: {
      meaning: 'percent off list prices by resource type, type prefix with `*`, or category',
      type: pairs('aws_instance=10', /^[a-z][a-z0-9_]*\*?$/, decimal.pipe(z.number().max(100))),
      default: '',
      example: 'aws_instance=10,aws_db_*=20',
    },
    KINDS_DIR: {
      meaning:
        "folder with the operator's own kinds of components, each a folder like the engine's; one of the same name replaces the engine's",
      type: text,
      otherwise: "only the engine's and those of a repository",
      example: '/etc/engine/kinds',
    },
    PRICE_BOOK: {
      meaning: 'file with refreshed prices, used instead of the built-in ones when it exists',
      type: text,
      otherwise: '`price-book.json` in `DATA_DIR`',
      example: '/var/lib/engine/price-book.json',
    },
    PRICE_LIST_URLS: {
      meaning: 'other addresses to refresh prices from',
      type: pairs('aws=https://prices.example.org', /^(aws|azure|google)$/, z.url({ protocol: /^https?$/ })),
      default: '',
      otherwise: "the clouds' own",
      example: 'aws=https://prices.example.org',
    },
    PRICE_GOOGLE_API_KEY: {
      meaning: "key for Google's price list, whose prices are not refreshed without it",
      type: text,
      example: 'a-key-from-the-google-console',
      secret: true,
    },
  },
} satisfies SettingGroup;

const cloudAccess = {
  title: 'Cloud access',
  settings: {
    OIDC_ISSUER_URL: {
      meaning:
        'URL at which clouds reach this gateway; projects can then assume a cloud role by web identity, see [secrets](secrets.md)',
      type: httpUrl('must be the URL at which clouds reach this gateway').transform((url) =>
        url.replace(/\/+$/, ''),
      ),
      example: 'https://engine.example.org',
    },
  },
} satisfies SettingGroup;

/** Every setting of the gateway, by topic. */
export const gatewaySettings = {
  server,
  access: accessSettings,
  tokens: tokenSettings,
  storage,
  runners,
  jobs,
  orphans,
  retention,
  policyAndCosts,
  outside: outsideSettings,
  cloudAccess,
} satisfies SettingsTable;
