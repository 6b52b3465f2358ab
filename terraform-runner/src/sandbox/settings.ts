import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { type SettingGroup, type SettingValues, settingTypes } from '@deployment-engine/service';
import { z } from 'zod';
import { type AllowRule, parseAllowRule } from '../egress/allow-list.ts';

const { flag, list, oneOf, wholeNumber } = settingTypes;

const sandboxModes = ['auto', 'bwrap', 'off'] as const;
const sandboxNetworks = ['proxy', 'open', 'none'] as const;

/** What one process of a run may use. */
export type Limits = {
  /** Address space of each process. */
  memoryMb: number;
  /** Processes and threads of one run together. */
  processes: number;
  openFiles: number;
  /** The largest file that can be written. */
  fileMb: number;
  /** Processor time of each process. */
  cpuSeconds: number;
};

export type SandboxConfig = {
  mode: (typeof sandboxModes)[number];
  network: (typeof sandboxNetworks)[number];
  /** Further paths of this machine that runs may read. */
  readOnlyPaths: string[];
  limits: Limits;
  /** User ids for jobs, one each; used where the runner is root. */
  users: { first: number; last: number };
  /** Allows runs even if this machine offers no protection at all. */
  allowUnsandboxed: boolean;
  egress: EgressConfig;
};

export type EgressConfig = { rules: AllowRule[]; withDefaults: boolean };

const userRange = z
  .string()
  .regex(/^\d{1,10}-\d{1,10}$/, 'must be two user ids, for example 1900000000-1900065535')
  .transform((text) => {
    const [first = 0, last = 0] = text.split('-').map(Number);
    return { first, last };
  })
  .refine(
    ({ first, last }) => first >= 1000 && last - first >= 255 && last < 4_294_967_294,
    'must begin at 1000 or above and hold at least 256 ids',
  );

/** `none` excludes the defaults. */
const egressAllow = list.transform((entries, context): EgressConfig => {
  const rules = entries.flatMap((entry) => {
    if (entry === 'none') return [];
    const rule = parseAllowRule(entry);
    if (!rule)
      context.addIssue(
        `${entry} is no host name, *.name, address or CIDR, with or without a port; for example *.example.org, db.example.org:5432, 10.1.0.0/16`,
      );
    return rule ?? [];
  });
  return { rules, withDefaults: !entries.includes('none') };
});

/** What isolates runs. */
export const sandboxSettings = {
  title: 'Sandbox',
  settings: {
    SANDBOX: {
      meaning:
        '`auto` uses the best sandbox that works on this machine, `bwrap` refuses to start without bubblewrap, `off` runs code without a sandbox; see [sandbox](sandbox.md)',
      type: oneOf(...sandboxModes),
      default: 'auto',
      example: 'bwrap',
    },
    SANDBOX_NETWORK: {
      meaning:
        "`proxy`: runs reach only the egress proxy; `open`: they have this machine's network; `none`: they have no network",
      type: oneOf(...sandboxNetworks),
      default: 'proxy',
      example: 'none',
    },
    EGRESS_ALLOW: {
      meaning:
        "hosts, addresses and CIDR ranges that runs may reach beside the clouds' APIs, with or without a port; the entry `none` excludes the clouds",
      type: egressAllow,
      default: '',
      example: '*.example.org,db.example.org:5432,10.1.0.0/16',
    },
    SANDBOX_READ_ONLY_PATHS: {
      meaning: 'further paths of this machine that runs may read, separated by commas',
      type: list,
      problemHere: missingPath,
      default: '',
      example: '/opt/modules',
    },
    SANDBOX_USERS: {
      meaning: 'range of user ids from which each job gets its own, when the runner is root',
      type: userRange,
      default: '1900000000-1900065535',
      example: '200000-265535',
    },
    ALLOW_UNSANDBOXED: {
      meaning: '`1` runs code even if nothing on this machine can isolate it',
      type: flag,
      default: '0',
      example: '1',
    },
  },
} satisfies SettingGroup;

/** What a run may use. */
export const limitSettings = {
  title: 'Limits of a run',
  settings: {
    SANDBOX_MEMORY_MB: {
      meaning: 'address space of each process; at least 3072',
      type: wholeNumber({ of: 'megabytes', minimum: 3072, maximum: 1_048_576 }),
      unit: 'MB',
      default: '4096',
      example: '8192',
    },
    SANDBOX_PROCESSES: {
      meaning: 'limit on the processes and threads of a run',
      type: wholeNumber({ of: 'processes', minimum: 64, maximum: 32_768 }),
      default: '512',
      example: '1024',
    },
    SANDBOX_OPEN_FILES: {
      meaning: 'limit on the open files of each process',
      type: wholeNumber({ of: 'files', minimum: 256, maximum: 1_048_576 }),
      default: '4096',
      example: '8192',
    },
    SANDBOX_FILE_MB: {
      meaning: 'largest file that a run may write',
      type: wholeNumber({ of: 'megabytes', minimum: 16, maximum: 1_048_576 }),
      unit: 'MB',
      default: '1024',
      example: '2048',
    },
    SANDBOX_CPU_SECONDS: {
      meaning: 'limit on the processor time of each process',
      type: wholeNumber({ of: 'seconds', minimum: 60, maximum: 86_400 }),
      unit: 'seconds',
      default: '3600',
      example: '7200',
    },
  },
} satisfies SettingGroup;

type Values = SettingValues<{ sandbox: typeof sandboxSettings; limits: typeof limitSettings }>;

export function sandboxConfig({ sandbox, limits }: Values): SandboxConfig {
  return {
    mode: sandbox.SANDBOX,
    network: sandbox.SANDBOX_NETWORK,
    readOnlyPaths: sandbox.SANDBOX_READ_ONLY_PATHS,
    users: sandbox.SANDBOX_USERS,
    limits: {
      memoryMb: limits.SANDBOX_MEMORY_MB,
      processes: limits.SANDBOX_PROCESSES,
      openFiles: limits.SANDBOX_OPEN_FILES,
      fileMb: limits.SANDBOX_FILE_MB,
      cpuSeconds: limits.SANDBOX_CPU_SECONDS,
    },
    allowUnsandboxed: sandbox.ALLOW_UNSANDBOXED,
    egress: sandbox.EGRESS_ALLOW,
  };
}

function missingPath(paths: string): string | undefined {
  const missing = list.parse(paths).filter((path) => !(isAbsolute(path) && existsSync(path)));
  return missing.length > 0 ? `${missing.join(', ')} is not an absolute path that exists` : undefined;
}
