import {
  protectionSchema,
  runOutcomeSchema,
  stepNameSchema,
  terraformLogLevelSchema,
  warmProvidersSchema,
} from '@deployment-engine/contracts';
import { z } from 'zod';

export const runKinds = ['parse', 'validate', 'plan', 'apply'] as const;
export const planModes = ['normal', 'destroy', 'refresh-only'] as const;

/** `<jobId>-plan`, `<jobId>-apply`, or `check-<random>` for a validation that belongs to no job. */
export const runIdSchema = z
  .string()
  .regex(/^[a-z]+-[a-z0-9-]{6,64}$/, 'a run id is lower-case words and digits');

export const revisionDigestSchema = z.string().regex(/^[0-9a-f]{64}$/, 'a revision digest is 64 hex digits');

/** A state file in transit. `content` is base64 of the raw file. */
export const stateUploadSchema = z.object({
  content: z.base64(),
  sha256: z.string(),
});

const common = {
  jobId: z.string().min(1).max(80),
  projectId: z.string().min(1).max(64),
  /**
   * Digest of the project's files. The runner reads them from `workspaces/<projectId>/<digest>/` or from its
   * own copy. If it has neither, it answers `revision_missing` and the gateway uploads them.
   */
  revisionDigest: revisionDigestSchema,
  /** Root module's directory inside the files; `.` by default. */
  rootModule: z.string().default('.'),
  /** Values of input variables by name, as JSON. */
  variables: z.record(z.string(), z.unknown()).default({}),
  /** Environment of this run only: cloud credentials and endpoints. Never logged. */
  environment: z.record(z.string(), z.string()).default({}),
  /** Hosts and addresses that the operator's settings point this run to; never taken from the code. */
  egressAllow: z.array(z.string().max(300)).max(100).default([]),
  /** Makes Terraform and its providers write their own log; see `GET /runs/{runId}/terraform-log`. */
  terraformLog: terraformLogLevelSchema.nullable().default(null),
  stepTimeoutSeconds: z.number().int().positive().default(3600),
  runTimeoutSeconds: z.number().int().positive().default(7200),
};

/**
 * The gateway's request to a runner.
 * - `parse`: prepare, and report syntax errors. Nothing is installed or evaluated, so the code may be one
 *   that no   policy has checked yet.
 * - `validate`: prepare, init, validate.
 * - `plan`: prepare, init, plan, and the plan as JSON. The saved plan is kept for a later `apply`.
 * - `apply`: apply the saved plan of the same job, then read the outputs. A runner without the plan needs
 *   `savedPlan`.
 */
export const runRequestSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('parse'),
    ...common,
    /** Files that the code renders as templates. */
    templates: z.array(z.string()).max(500).default([]),
  }),
  z.strictObject({
    kind: z.literal('validate'),
    ...common,
    /** Functions in the code that Terraform must not have; if it has one, `prepare` fails. */
    absentFunctions: z.array(z.string().max(1100)).max(1000).default([]),
  }),
  z.strictObject({
    kind: z.literal('plan'),
    ...common,
    mode: z.enum(planModes).default('normal'),
    /** The state to plan against; `null` for a project without one. */
    state: stateUploadSchema.nullable().default(null),
    /** Milliseconds that the providers stay alive after the plan, for the apply run. */
    lingerMs: z.number().int().min(0).max(60_000).default(0),
    /** Existing objects to import in this plan: what a killed apply may have left behind. */
    imports: z
      .array(z.strictObject({ to: z.string(), id: z.string() }))
      .max(500)
      .default([]),
    /** Limits the plan to these addresses and their dependencies; empty means all. */
    targets: z.array(z.string()).max(500).default([]),
    /** Data sources to read in addition to the code. Such a plan is never applied: only its JSON is kept. */
    search: z
      .array(
        z.strictObject({
          /** Name of the data source. */
          name: z.string().regex(/^engine_[a-z0-9_]+$/),
          type: z.string().regex(/^[a-z0-9_]+$/),
          /** The provider configuration, for example `aws.west`. */
          provider: z.string(),
          arguments: z.record(z.string(), z.unknown()),
        }),
      )
      .max(500)
      .nullable()
      .default(null),
  }),
  z.strictObject({
    kind: z.literal('apply'),
    ...common,
    mode: z.enum(planModes).default('normal'),
    state: stateUploadSchema.nullable().default(null),
    /** Digest of the plan to apply, from `plan_ready`; any other plan is refused. */
    planDigest: z.string(),
    /** The plan file as base64, for a runner that did not create the plan. */
    savedPlan: z.base64().nullable().default(null),
  }),
]);
export type RunRequest = z.infer<typeof runRequestSchema>;
export type RunRequestInput = z.input<typeof runRequestSchema>;

export const runViewSchema = z.object({
  runId: z.string(),
  jobId: z.string(),
  projectId: z.string(),
  kind: z.enum(runKinds),
  status: z.enum(['running', 'finished']),
  step: stepNameSchema.nullable(),
  /** True once a cancel or timeout was requested; the run has finished when `outcome` is set. */
  stopping: z.boolean(),
  outcome: runOutcomeSchema.nullable(),
  lastSeq: z.number().int(),
  startedAt: z.string(),
  finishedAt: z.string().nullable(),
  /** True if the steps shared at least one provider process. */
  sharedProvider: z.boolean(),
  /** Providers whose calls are in the run's journal; of others, only Terraform's events are known. */
  journaledProviders: z.array(z.string()).default([]),
});
export type RunView = z.infer<typeof runViewSchema>;

export const cancelRunSchema = z.strictObject({
  /** Seconds between SIGINT and SIGKILL; 60 by default. */
  graceSeconds: z.number().min(0).max(3600).default(60),
});

export const capacitySchema = z.object({
  runnerId: z.string(),
  /** Maximum number of concurrent runs, and how many more fit now. */
  slots: z.number().int(),
  free: z.number().int(),
  runs: z.array(z.string()),
  terraform: z.object({ product: z.string(), version: z.string() }),
  protection: protectionSchema,
  /** Whether providers come from a mirror; otherwise they are downloaded. */
  providerMirror: z.boolean(),
  /** Absent from runners of earlier versions. */
  warmProviders: warmProvidersSchema.optional(),
  /** Free space in the folder of runs, in bytes. */
  freeDiskBytes: z.number(),
});
export type Capacity = z.infer<typeof capacitySchema>;

/** Files of a revision: relative path → content as base64. */
export const revisionUploadSchema = z.strictObject({ files: z.record(z.string(), z.base64()) });

/** The output values read from a state file, as Terraform stores them. */
export const stateOutputSchema = z.object({
  value: z.unknown(),
  type: z.unknown().optional(),
  sensitive: z.boolean().optional(),
});
