import { z } from 'zod';
import { planCostSchema } from './costs.ts';
import { diagnosticSchema } from './diagnostic.ts';
import { fileContentSchema, filesSchema, maxCodeBytes, singleFileName } from './files.ts';
import { jobIdSchema, jobStatusSchema, jobTypeSchema, stepNameSchema } from './job.ts';
import { jobErrorSchema } from './outcome.ts';
import { planSummarySchema, resourceChangeSchema } from './plan.ts';
import { policyReportSchema } from './policy.ts';
import { policySummarySchema } from './policy-settings.ts';
import { deploymentStatusSchema, projectIdSchema } from './project.ts';
import { terraformLogLevelSchema } from './terraform-log.ts';

export const iacCodeSchema = z
  .string({ error: 'iacCode is not a string' })
  .refine((code) => code.trim().length > 0, 'iacCode is empty')
  .refine(
    (code) => Buffer.byteLength(code) <= maxCodeBytes,
    `iacCode has more than ${maxCodeBytes} bytes; split large data out of the code`,
  )
  .meta({ description: `Terraform code; stored as ${singleFileName}. Give either this or files.` });

/** An identifier of HCL. Source: https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md#identifiers */
export const variableNamePattern = /^[\p{ID_Start}_][\p{ID_Continue}-]{0,127}$/u;
export const variablesSchema = z
  .record(
    z.string().regex(variableNamePattern, 'not a Terraform variable name'),
    z.union([
      z.string(),
      z.number(),
      z.boolean(),
      z.null(),
      z.array(z.unknown()),
      z.record(z.string(), z.unknown()),
    ]),
  )
  .meta({ description: 'Values of input variables by name.' });

const code = {
  iacCode: iacCodeSchema.optional(),
  files: filesSchema.optional(),
  variables: variablesSchema.optional(),
};

/** Enables Terraform's own log; see `GET /api/deploy/jobs/{jobId}/terraform-log`. */
export const askedLog = { terraformLog: terraformLogLevelSchema.optional() };

/** Requires exactly one of `iacCode` and `files`. */
function requireOneSource(
  body: { iacCode?: unknown; files?: unknown },
  context: { addIssue(issue: { code: 'custom'; path: string[]; message: string }): void },
): void {
  if (body.iacCode === undefined && body.files === undefined)
    context.addIssue({
      code: 'custom',
      path: ['iacCode'],
      message: 'iacCode is missing; give the code as iacCode or as files',
    });
  if (body.iacCode !== undefined && body.files !== undefined)
    context.addIssue({
      code: 'custom',
      path: ['files'],
      message: 'both iacCode and files are given; give one of them',
    });
}

/** With a shorter time to live, nobody could look at the deploy. */
export const minTtlSeconds = 60;

export const deployRequestSchema = z
  .strictObject({
    projectId: projectIdSchema,
    ...code,
    /** False stops the job at `awaiting_approval` once its plan is ready. */
    autoApprove: z.boolean().default(true),
    /** Destroys the project this many seconds after the deploy has completed. */
    ttlSeconds: z.number().int().min(minTtlSeconds).max(31_536_000).optional(),
    /** Shown with the job and in the history. */
    message: z.string().max(500).optional(),
    ...askedLog,
  })
  .superRefine(requireOneSource);
export type DeployRequest = z.infer<typeof deployRequestSchema>;

export const planRequestSchema = z
  .strictObject({ projectId: projectIdSchema, ...code, ...askedLog })
  .superRefine(requireOneSource);

export const validateRequestSchema = z.strictObject({ ...code }).superRefine(requireOneSource);

export const destroyRequestSchema = z.strictObject({
  projectId: projectIdSchema,
  autoApprove: z.boolean().default(true),
  ...askedLog,
});

export const acceptedSchema = z.object({
  jobId: jobIdSchema,
  status: z.literal('accepted'),
  message: z.string(),
});
export type Accepted = z.infer<typeof acceptedSchema>;

export const outputsSchema = z.record(z.string(), z.unknown());

export const jobResultSchema = z.object({
  message: z.string(),
  /** The last 64 KiB of the job's log as text; `GET …/logs` has the whole log. */
  logs: z.string(),
  /** Values by name; sensitive ones read `(sensitive)`. */
  outputs: outputsSchema,
  plan: planSummarySchema.nullable(),
});

const endedBySchema = z.enum(['none', 'interrupt', 'kill']);

export const jobViewSchema = z.object({
  jobId: jobIdSchema,
  projectId: z.string(),
  type: jobTypeSchema,
  status: jobStatusSchema,
  /** 0 to 100: each step has its share, apply by its resources; 100 only when completed. */
  progress: z.number().int(),
  step: stepNameSchema.nullable(),
  resources: z.object({ planned: z.number().int(), finished: z.number().int(), failed: z.number().int() }),
  /** Why a pending or stalled job does not continue, for example an unreachable runner. */
  waitingReason: z.string().nullable(),
  /** The caller's message from the request. */
  message: z.string().nullable(),
  revision: z.number().int().nullable(),
  planDigest: z.string().nullable(),
  plan: planSummarySchema.nullable(),
  /** `null` until code or plan are checked; `GET …/policy` has the findings. */
  policy: policySummarySchema.nullable(),
  result: jobResultSchema.optional(),
  /** One line, set if the job failed or was cancelled. */
  error: z.string().optional(),
  failure: jobErrorSchema.optional(),
  cancelRequested: z.boolean(),
  /** What ended the work of a cancelled job; `null` for any other job. */
  endedBy: endedBySchema.nullable(),
  /** ISO 8601, UTC. `startTime` is when the job was accepted. */
  startTime: z.string(),
  processingTime: z.string().nullable(),
  endTime: z.string().nullable(),
});
export type JobView = z.infer<typeof jobViewSchema>;

export const jobPageSchema = z.object({
  jobs: z.array(jobViewSchema.omit({ result: true })),
  /** Pass as `cursor` for the next page; `null` on the last one. */
  nextCursor: z.string().nullable(),
});

export const planViewSchema = z.object({
  jobId: jobIdSchema,
  projectId: z.string(),
  digest: z.string(),
  stateSerial: z.number().int().nullable(),
  createdAt: z.string(),
  summary: planSummarySchema,
  changes: z.array(resourceChangeSchema),
  outputChanges: z.record(
    z.string(),
    z.object({ action: z.string(), before: z.unknown(), after: z.unknown() }),
  ),
  /** `null` if the plan cannot be priced, for example because of an invalid usage file. */
  cost: planCostSchema.nullable(),
  /** Findings in the plan; `null` until it is checked. */
  policy: policyReportSchema.nullable(),
});
export type PlanView = z.infer<typeof planViewSchema>;

export const validationSchema = z.object({
  projectId: z.string().optional(),
  valid: z.boolean(),
  errors: z.array(diagnosticSchema),
  warnings: z.array(diagnosticSchema),
  message: z.string(),
});
export type Validation = z.infer<typeof validationSchema>;

/** Set after an interrupted apply: objects may exist that no state has. `null` again once all are settled. */
export const uncertaintySchema = z.object({
  jobId: z.string(),
  since: z.string(),
  reason: z.string(),
  /** Unresolved orphans, see `GET /api/deploy/orphans/{projectId}`: each may or may not exist. */
  unrecorded: z.array(
    z.object({
      orphanId: z.string(),
      /** `null` if the object matches no planned resource. */
      address: z.string().nullable(),
      type: z.string(),
      /** Whether Terraform had begun to create it. */
      started: z.boolean(),
      /** The id to import it by, if known. */
      importId: z.string().nullable(),
    }),
  ),
});
export type Uncertainty = z.infer<typeof uncertaintySchema>;

export const infrastructureSchema = z.object({
  projectId: z.string(),
  deploymentStatus: deploymentStatusSchema,
  deploymentJobId: z.string().nullable(),
  deploymentOutputs: outputsSchema,
  terraformState: z.record(z.string(), z.unknown()).nullable(),
  /** `null` while the state is known to be complete; names the newest of several interrupted applies. */
  stateUncertain: uncertaintySchema.nullable(),
  /** When the project destroys itself because of `ttlSeconds`; `null` without one. */
  destroyAt: z.string().nullable(),
  /** `null` for a project that was never deployed or planned. */
  lastUpdated: z.string().nullable(),
});

export const projectOutputsSchema = z.object({
  projectId: z.string(),
  outputs: outputsSchema,
  message: z.string(),
});

export const projectStateSchema = z.object({
  projectId: z.string(),
  /** Terraform's state as stored; `null` before the first deploy. */
  state: z.record(z.string(), z.unknown()).nullable(),
  message: z.string(),
});

export const projectSummarySchema = z.object({
  projectId: z.string(),
  deploymentStatus: deploymentStatusSchema,
  lastJobId: z.string().nullable(),
  revision: z.number().int().nullable(),
  createdAt: z.string(),
  lastUpdated: z.string(),
});
export const projectPageSchema = z.object({
  projects: z.array(projectSummarySchema),
  nextCursor: z.string().nullable(),
});

export const historySchema = z.object({
  projectId: z.string(),
  /** Newest first. */
  revisions: z.array(
    z.object({
      revision: z.number().int(),
      digest: z.string(),
      files: z.array(z.string()),
      variableNames: z.array(z.string()),
      createdAt: z.string(),
      jobs: z.array(
        z.object({
          jobId: z.string(),
          type: jobTypeSchema,
          status: jobStatusSchema,
          message: z.string().nullable(),
          startTime: z.string(),
          endTime: z.string().nullable(),
          /** Objects that its apply may have left without a state entry: all, and unresolved ones. */
          orphans: z.object({ found: z.number().int(), unresolved: z.number().int() }),
        }),
      ),
    }),
  ),
  nextCursor: z.string().nullable(),
});

export const revisionCodeSchema = z.object({
  projectId: z.string(),
  revision: z.number().int(),
  /** Digest of the code as uploaded. */
  digest: z.string(),
  createdAt: z.string(),
  variableNames: z.array(z.string()),
  /** Whether secrets in the code are redacted in this response. */
  redacted: z.boolean(),
  /** Path → text, or `{ base64 }` if it is not UTF-8 text. */
  files: z.record(z.string(), fileContentSchema),
});

export const cancelAnswerSchema = z.object({
  jobId: jobIdSchema,
  status: jobStatusSchema,
  /** What ended the job's work; `null` while it is being stopped, `none` if nothing was running. */
  endedBy: endedBySchema.nullable(),
  message: z.string(),
});
