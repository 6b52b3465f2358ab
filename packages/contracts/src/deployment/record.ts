import { z } from 'zod';
import { jobIdSchema } from '../job.ts';
import { planSummarySchema } from '../plan-summary.ts';
import { outputsSchema } from '../project.ts';

/** Status of a deployment, in the words of its API. A deployment that is `deleted` is gone from it. */
export const recordStatuses = ['pending', 'running', 'completed', 'failed', 'cancelled', 'deleted'] as const;
export type RecordStatus = (typeof recordStatuses)[number];

export const cloudProviders = ['aws', 'azure', 'gcp'] as const;
export const templateTypes = ['terraform', 'cloudformation', 'arm'] as const;
export type TemplateType = (typeof templateTypes)[number];

export const deploymentIdPattern = /^dep-[0-9]{13}-[a-z0-9]{8}$/;
/** `dep-<epoch ms>-<random>`; the engine makes it. */
export const deploymentIdSchema = z
  .string()
  .regex(deploymentIdPattern, 'a deployment id looks like dep-1704067200000-abcd1234')
  .meta({ example: 'dep-1704067200000-abcd1234' });

/** A name that the caller chose elsewhere, for example of an environment. */
export const foreignIdSchema = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[^\p{C}]+$/u, 'has control characters');

const time = z.iso.datetime();
const digest = z.string().regex(/^[0-9a-f]{64}$/);

/** A deployment as a list shows it. */
export const recordSummarySchema = z.object({
  id: deploymentIdSchema,
  name: z.string(),
  description: z.string().nullable(),
  status: z.enum(recordStatuses),
  provider: z.enum(cloudProviders),
  cloud_account_id: foreignIdSchema,
  environment_id: foreignIdSchema,
  template_type: z.enum(templateTypes),
  /** The stored template and its version, if the code comes from one. */
  template_id: z.string().nullable(),
  template_version: z.number().int().nullable(),
  template_url: z.string().nullable(),
  /** From which CloudFormation reads a large template. */
  template_bucket: z.string().nullable(),
  /** SHA-256 of the template's bytes as they were deployed. */
  template_digest: digest,
  is_dry_run: z.boolean(),
  auto_approve: z.boolean(),
  /** The project that holds its code, state and history. */
  project_id: z.string().regex(/./),
  /** Its newest run of the engine: follow it, approve it, read its plan with the operations of jobs. */
  job_id: jobIdSchema,
  error_message: z.string().nullable(),
  created_at: time,
  updated_at: time,
  started_at: time.nullable(),
  completed_at: time.nullable(),
});

export const recordSchema = recordSummarySchema.extend({
  /** Why it does not go on: a plan that waits for an approval, for example. */
  waiting_reason: z.string().nullable(),
  /** What the cloud says of a CloudFormation stack or a deployment of Azure that failed; `null` for any other failure. */
  error_details: z
    .object({
      /** For example `ROLLBACK_COMPLETE`: nothing of the template is left; `UPDATE_ROLLBACK_COMPLETE`: it is as before; Azure's code. */
      stack_status: z.string(),
      /** The first cause. */
      reason: z.string(),
      /** Resources of the template that failed, with their lines in it. */
      resources: z.array(
        z.object({ logical_id: z.string(), type: z.string().nullable(), line: z.number().int().nullable() }),
      ),
    })
    .nullable(),
  plan_digest: digest.nullable(),
  plan: planSummarySchema.nullable(),
  /** Given values; secret ones read `(sensitive)`. */
  parameters: z.record(z.string(), z.unknown()),
  variables: z.record(z.string(), z.unknown()),
  outputs: outputsSchema,
  resources: z.array(z.object({ address: z.string(), type: z.string(), id: z.string().nullable() })),
});
export type DeploymentRecord = z.infer<typeof recordSchema>;

/** One run of the engine for a deployment. */
export const attemptSchema = z.object({
  job_id: jobIdSchema,
  /** What was done: `deploy`, `plan`, `destroy`, `rollback` or `drift`. */
  action: z.string(),
  status: z.enum(recordStatuses),
  who: z.string(),
  message: z.string().nullable(),
  error_message: z.string().nullable(),
  /** Estimated cost of a month after it; `null` if none was estimated. */
  monthly_cost: z.number().nullable(),
  created_at: time,
  completed_at: time.nullable(),
});
