import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { type AllowRule, parseAllowRule } from '../egress/allow-list.ts';
import { wholeNumber } from '../whole-number.ts';

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
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean),
);

const pathList = list.pipe(
  z.array(
    z.string().refine((path) => isAbsolute(path) && existsSync(path), {
      error: ({ input }) => `${input} is not an absolute path that exists`,
    }),
  ),
);

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

/** `none` leaves the defaults out. */
const egressAllow = list.transform((entries, context): EgressSettings => {
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

/** The settings as the environment has them. */
export const sandboxSchema = {
  SANDBOX: z.enum(sandboxModes, { error: 'must be auto, bwrap or off' }).default('auto'),
  SANDBOX_NETWORK: z.enum(sandboxNetworks, { error: 'must be proxy, open or none' }).default('proxy'),
  SANDBOX_READ_ONLY_PATHS: pathList.default([]),
  SANDBOX_USERS: userRange.default({ first: 1_900_000_000, last: 1_900_065_535 }),
  SANDBOX_MEMORY_MB: wholeNumber('a number of megabytes', 3072, 1_048_576).default(4096),
  SANDBOX_PROCESSES: wholeNumber('a number of processes', 64, 32_768).default(512),
  SANDBOX_OPEN_FILES: wholeNumber('a number of files', 256, 1_048_576).default(4096),
  SANDBOX_FILE_MB: wholeNumber('a number of megabytes', 16, 1_048_576).default(1024),
  SANDBOX_CPU_SECONDS: wholeNumber('a number of seconds', 60, 86_400).default(3600),
  ALLOW_UNSANDBOXED: z.enum(['0', '1'], { error: 'must be 0 or 1' }).default('0'),
  EGRESS_ALLOW: egressAllow.default({ rules: [], withDefaults: true }),
};

export function sandboxSettings(settings: z.infer<z.ZodObject<typeof sandboxSchema>>): SandboxSettings {
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
