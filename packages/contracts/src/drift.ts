import { z } from 'zod';
import { jobIdSchema } from './job.ts';
import { orphanSchema } from './orphan.ts';
import { driftedResourceSchema } from './plan.ts';

export const driftRequestSchema = z.strictObject({
  /** On drift, queues a deploy of the current revision that waits for approval. */
  remediate: z.boolean().default(false),
});

export const driftReportSchema = z.object({
  projectId: z.string(),
  /** The newest completed drift check; `null` before the first. */
  jobId: jobIdSchema.nullable(),
  checkedAt: z.string().nullable(),
  /** `never_checked` until the first check has completed; then whether it found drift. */
  status: z.enum(['never_checked', 'in_sync', 'drifted']),
  drifted: z.boolean(),
  resources: z.array(driftedResourceSchema),
  /** The deploy that waits for approval to undo the drift. */
  remediationJobId: z.string().nullable(),
  schedule: z.string().nullable(),
  /** Objects that an apply may have left without an entry in the state; Terraform's check cannot see them. */
  orphans: z.array(orphanSchema),
});

export const driftScheduleSchema = z.strictObject({
  /** Cron expression with five fields, in UTC; `null` turns the schedule off. */
  cron: z.string().max(100).nullable(),
  remediate: z.boolean().default(false),
});

export const driftScheduleAnswerSchema = z.object({
  projectId: z.string(),
  cron: z.string().nullable(),
  remediate: z.boolean(),
});
