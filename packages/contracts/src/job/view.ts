import { z } from 'zod';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { jobIdSchema, jobParams, jobStatusSchema, jobTypeSchema, stepNameSchema } from '../job.ts';
import { cursor, limit } from '../paging.ts';
import { planSummarySchema } from '../plan-summary.ts';
import { policySummarySchema } from '../policy/findings.ts';
import { outputsSchema, projectIdSchema } from '../project.ts';
import { acceptedSchema } from './create-job.ts';
import { jobErrorSchema } from './outcome.ts';

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
  /** The pipeline that it works for; `null` for a job that somebody requested by itself. */
  pipelineId: z.string().nullable(),
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

export const cancelAnswerSchema = z.object({
  jobId: jobIdSchema,
  status: jobStatusSchema,
  /** What ended the job's work; `null` while it is being stopped, `none` if nothing was running. */
  endedBy: endedBySchema.nullable(),
  message: z.string(),
});

export const approveRequestSchema = z.strictObject({
  /** Digest of the plan that was reviewed, from the job's `planDigest`. */
  planDigest: z.string().regex(/^[0-9a-f]{64}$/, 'a plan digest is 64 hex digits'),
});

export const jobEndpoints = {
  status: endpoint({
    method: 'get',
    path: '/api/deploy/status/{jobId}',
    operationId: 'getJobStatus',
    redaction: 'handler',
    tag: 'Jobs',
    summary: 'Status, progress and result of a job',
    role: 'viewer',
    params: jobParams,
    status: 200,
    answer: jobViewSchema,
    problems: ['invalid_request', 'job_not_found'],
  }),
  jobs: endpoint({
    method: 'get',
    path: '/api/deploy/jobs',
    operationId: 'listJobs',
    tag: 'Jobs',
    summary: 'Jobs, newest first',
    role: 'viewer',
    scope: 'any',
    query: z.strictObject({
      projectId: projectIdSchema.optional(),
      type: jobTypeSchema.optional(),
      status: jobStatusSchema.optional(),
      cursor,
      limit,
    }),
    status: 200,
    answer: jobPageSchema,
    problems: ['invalid_request'],
  }),
  cancelJob: endpoint({
    method: 'post',
    path: '/api/deploy/jobs/{jobId}/cancel',
    operationId: 'cancelJob',
    tag: 'Jobs',
    summary: 'Cancel a job: at once if pending, else by interrupt, then kill after a grace period',
    role: 'deployer',
    params: jobParams,
    body: z.strictObject({
      /** Seconds between interrupt and kill. */
      graceSeconds: z.number().min(0).max(3600).optional(),
    }),
    status: 202,
    answer: cancelAnswerSchema,
    problems: ['invalid_request', 'job_not_found', 'job_not_cancellable'],
  }),
  approveJob: endpoint({
    method: 'post',
    path: '/api/deploy/jobs/{jobId}/approve',
    operationId: 'approveJob',
    tag: 'Jobs',
    summary: 'Approve the plan of a job that awaits approval; the digest identifies the plan',
    role: 'approver',
    params: jobParams,
    body: approveRequestSchema,
    status: 202,
    answer: acceptedSchema,
    problems: [
      'invalid_request',
      'job_not_found',
      'job_not_awaiting_approval',
      'self_approval',
      'plan_digest_mismatch',
      'plan_stale',
      'plan_seal_broken',
      'stack_owned',
    ],
  }),
} as const satisfies Record<string, Endpoint>;
