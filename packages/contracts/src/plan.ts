import { z } from 'zod';
import { code, requireOneSource } from './code.ts';
import { planCostSchema } from './costs.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { createProblems, creates } from './job/create-job.ts';
import { askedLog } from './job/terraform-log.ts';
import { jobIdSchema, jobParams } from './job.ts';
import { changeActionSchema, planSummarySchema } from './plan-summary.ts';
import { policyReportSchema } from './policy/findings.ts';
import { projectIdSchema } from './project.ts';

export const resourceChangeSchema = z.object({
  address: z.string(),
  type: z.string(),
  name: z.string(),
  moduleAddress: z.string().nullable(),
  provider: z.string(),
  action: changeActionSchema,
  /** Terraform's reason for a replacement or deletion; `null` if it gave none. */
  reason: z.string().nullable(),
  /** Whether the change imports an existing object. */
  importing: z.boolean(),
  /** Attribute values before and after; a sensitive value reads `(sensitive)`. */
  before: z.unknown(),
  after: z.unknown(),
  /** Attributes known only after apply, as Terraform's `after_unknown`. */
  afterUnknown: z.unknown(),
});
export type ResourceChange = z.infer<typeof resourceChangeSchema>;

export const planRequestSchema = z
  .strictObject({ projectId: projectIdSchema, ...code, ...askedLog })
  .superRefine(requireOneSource);

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
    /** `after` is missing if it is known only after apply. */
    z.object({ action: z.string(), before: z.unknown().optional(), after: z.unknown().optional() }),
  ),
  /** `null` if the plan cannot be priced, for example because of an invalid usage file. */
  cost: planCostSchema.nullable(),
  /** Findings in the plan; `null` until it is checked. */
  policy: policyReportSchema.nullable(),
});
export type PlanView = z.infer<typeof planViewSchema>;

export const planEndpoints = {
  plan: endpoint({
    ...creates,
    method: 'post',
    path: '/api/deploy/plan',
    operationId: 'plan',
    summary: 'Plan only: show what a deploy of this code would change',
    role: 'deployer',
    body: planRequestSchema,
    problems: [...createProblems, 'key_limited'],
  }),
  jobPlan: endpoint({
    method: 'get',
    path: '/api/deploy/jobs/{jobId}/plan',
    operationId: 'getJobPlan',
    tag: 'Jobs',
    summary: "A job's planned changes; sensitive values are redacted",
    role: 'viewer',
    params: jobParams,
    status: 200,
    answer: planViewSchema,
    problems: ['invalid_request', 'job_not_found', 'plan_not_found'],
  }),
} as const satisfies Record<string, Endpoint>;
