import { z } from 'zod';
import { askedLog } from './deploy.ts';
import { jobIdSchema } from './job.ts';
import { orphanSchema } from './orphan.ts';
import { driftedResourceSchema } from './plan.ts';
import { projectIdSchema } from './project.ts';

export const approveRequestSchema = z.strictObject({
  /** Digest of the plan that was reviewed, from the job's `planDigest`. */
  planDigest: z.string().regex(/^[0-9a-f]{64}$/, 'a plan digest is 64 hex digits'),
});

export const rollbackRequestSchema = z.strictObject({
  projectId: projectIdSchema,
  /** The revision to deploy again; by default the one deployed before the current. */
  toRevision: z.number().int().positive().optional(),
  autoApprove: z.boolean().default(true),
  ...askedLog,
});

export const driftRequestSchema = z.strictObject({
  /** Where drift is found, queue a deploy of the current revision that waits for approval. */
  remediate: z.boolean().default(false),
});

export const driftReportSchema = z.object({
  projectId: z.string(),
  /** The newest completed drift check; `null` before the first. */
  jobId: jobIdSchema.nullable(),
  checkedAt: z.string().nullable(),
  /** `never_checked` until the first check has completed; then whether it has found drift. */
  status: z.enum(['never_checked', 'in_sync', 'drifted']),
  drifted: z.boolean(),
  resources: z.array(driftedResourceSchema),
  /** The deploy that waits for approval to undo the drift. */
  remediationJobId: z.string().nullable(),
  schedule: z.string().nullable(),
  /** Objects that an apply may have left without an entry in the state: Terraform's own check does not see them. */
  orphans: z.array(orphanSchema),
});

export const driftScheduleSchema = z.strictObject({
  /** A cron expression of five fields in UTC, or `null` to stop. */
  cron: z.string().max(100).nullable(),
  remediate: z.boolean().default(false),
});
export const driftScheduleAnswerSchema = z.object({
  projectId: z.string(),
  cron: z.string().nullable(),
  remediate: z.boolean(),
});

export const runnerHeartbeatSchema = z.strictObject({
  runnerId: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/),
  /** Where gateways reach the runner. */
  url: z.url({ protocol: /^https?$/ }),
});
export const heartbeatAnswerSchema = z.object({ status: z.literal('ok') });

export const backupRestoredSchema = z.object({ message: z.string(), bytes: z.number().int() });
