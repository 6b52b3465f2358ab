import { z } from 'zod';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { jobIdSchema, jobParams } from '../job.ts';

export const policySeverities = ['critical', 'high', 'medium', 'low'] as const;
export const policySeveritySchema = z.enum(policySeverities);
export type PolicySeverity = z.infer<typeof policySeveritySchema>;

/** Effect of a finding on the job: none, a warning, a wait for approval, a refusal. */
export const policyModes = ['off', 'warn', 'approve', 'block'] as const;
export const policyModeSchema = z.enum(policyModes);
export type PolicyMode = z.infer<typeof policyModeSchema>;

export const policyFindingSchema = z.object({
  /** Rule id, for example `AWS-S3-001`, `PRE-BACKEND` or the id of a user's own rule. */
  id: z.string(),
  severity: policySeveritySchema,
  mode: policyModeSchema,
  /** Resource address, for example `module.a.aws_s3_bucket.b[0]`; in code without instance keys. */
  address: z.string().nullable(),
  /** Path relative to the project's root; `null` for findings on a plan. */
  file: z.string().nullable(),
  /** 1-based; the column counts Unicode characters. */
  line: z.number().int().nullable(),
  column: z.number().int().nullable().default(null),
  /** What exactly was found, for exemptions: a provider, `aws.endpoints.s3=http://…`, a function name. */
  subject: z.string().nullable(),
  message: z.string(),
  /** True if the values are known only after apply; they are checked again on the state after it. */
  pending: z.boolean(),
  remediation: z.string(),
  /** The request by which an operator exempts the finding, and other requirements; or that nobody can. */
  howToAllow: z.string(),
  /**
   * Set if the code is probably wrong rather than forbidden: it does not parse or has an unknown block
   * (`syntax`), calls an unknown function, or uses a missing module. Terraform's own errors are then returned
   * instead.
   */
  invalid: z.enum(['syntax', 'function', 'module']).optional(),
  /** Framework → clauses that the rule supports; evidence, not certification. */
  frameworks: z.record(z.string(), z.array(z.string())),
});
export type PolicyFinding = z.infer<typeof policyFindingSchema>;

export const allowedFindingSchema = policyFindingSchema.extend({
  allowedBy: z.object({ who: z.string(), why: z.string() }),
});
export type AllowedFinding = z.infer<typeof allowedFindingSchema>;

export const policyVerdicts = ['pass', 'warn', 'approve', 'block'] as const;
export const policyVerdictSchema = z.enum(policyVerdicts);
export type PolicyVerdict = z.infer<typeof policyVerdictSchema>;

export const policyReportSchema = z.object({
  /** The strictest mode among `findings`. */
  verdict: policyVerdictSchema,
  /** Strictest first; rules in mode `off` produce none. */
  findings: z.array(policyFindingSchema),
  /** Findings that pass because of an exemption. */
  allowed: z.array(allowedFindingSchema),
  /** True if the report omits findings; the verdict counts all of them. */
  truncated: z.boolean(),
});
export type PolicyReport = z.infer<typeof policyReportSchema>;

/** Counts of a job's findings. */
export const policySummarySchema = z.object({
  verdict: policyVerdictSchema,
  critical: z.number().int(),
  high: z.number().int(),
  medium: z.number().int(),
  low: z.number().int(),
  /** Findings that pass because of an exemption. */
  allowed: z.number().int(),
});
export type PolicySummary = z.infer<typeof policySummarySchema>;

/** Findings in a job; `null` for stages that it has not reached. */
export const jobPolicySchema = z.object({
  /** In the code and the state before the run, checked before Terraform reads either. */
  code: policyReportSchema.nullable(),
  plan: policyReportSchema.nullable(),
  /** In the state after apply; a warning at most. */
  afterApply: policyReportSchema.nullable(),
});
export type JobPolicy = z.infer<typeof jobPolicySchema>;

export const jobPolicyAnswerSchema = jobPolicySchema.extend({
  jobId: jobIdSchema,
  projectId: z.string(),
  /** The strictest of the three verdicts. */
  verdict: policyVerdictSchema,
});

export const policyFindingEndpoints = {
  jobPolicy: endpoint({
    method: 'get',
    path: '/api/deploy/jobs/{jobId}/policy',
    operationId: 'getJobPolicy',
    tag: 'Policy',
    summary: "Findings in a job's code, plan and state after apply",
    role: 'viewer',
    params: jobParams,
    status: 200,
    answer: jobPolicyAnswerSchema,
    problems: ['invalid_request', 'job_not_found'],
  }),
} as const satisfies Record<string, Endpoint>;
