import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { type AllowRule, parseAllowRule } from '../egress/allow-list.ts';

export const sandboxModes = ['auto', 'bwrap', 'off'] as const;
export const sandboxNetworks = ['proxy', 'open', 'none'] as const;

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

export type SandboxSettings = {
  mode: (typeof sandboxModes)[number];
  network: (typeof sandboxNetworks)[number];
  /** Paths of this machine that runs may read, beside what they need. */
  readOnlyPaths: string[];
  limits: Limits;
  /** User ids for jobs, one each; used where the runner is root. */
  users: { first: number; last: number };
  /** Run code also where this machine offers no protection at all. */
  allowUnsandboxed: boolean;
  egress: EgressSettings;
};

export type EgressSettings = { rules: AllowRule[]; withDefaults: boolean };

/** A comma-separated list, without empty entries. */
export const list = z.string().transform((text) =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean),
);

export const pathList = list.pipe(
  z.array(
    z.string().refine((path) => isAbsolute(path) && existsSync(path), {
      error: ({ input }) => `${input} is not an absolute path that exists`,
    }),
  ),
);

export const userRange = z
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

/** `none` leaves the defaults out. */
export const egressAllow = list.transform((entries, context): EgressSettings => {
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

/** From the checked settings of the environment. */
export function sandboxSettings(settings: {
  SANDBOX: SandboxSettings['mode'];
  SANDBOX_NETWORK: SandboxSettings['network'];
  SANDBOX_READ_ONLY_PATHS: string[];
  SANDBOX_USERS: SandboxSettings['users'];
  SANDBOX_MEMORY_MB: number;
  SANDBOX_PROCESSES: number;
  SANDBOX_OPEN_FILES: number;
  SANDBOX_FILE_MB: number;
  SANDBOX_CPU_SECONDS: number;
  ALLOW_UNSANDBOXED: '0' | '1';
  EGRESS_ALLOW: EgressSettings;
}): SandboxSettings {
  return {
    mode: settings.SANDBOX,
    network: settings.SANDBOX_NETWORK,
    readOnlyPaths: settings.SANDBOX_READ_ONLY_PATHS,
    users: settings.SANDBOX_USERS,
    limits: {
      memoryMb: settings.SANDBOX_MEMORY_MB,
      processes: settings.SANDBOX_PROCESSES,
      openFiles: settings.SANDBOX_OPEN_FILES,
      fileMb: settings.SANDBOX_FILE_MB,
      cpuSeconds: settings.SANDBOX_CPU_SECONDS,
    },
    allowUnsandboxed: settings.ALLOW_UNSANDBOXED === '1',
    egress: settings.EGRESS_ALLOW,
  };
}
