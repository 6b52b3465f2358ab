import { z } from 'zod';
import { jobIdSchema, jobTypeSchema } from './job.ts';
import {
  blastRadiusSchema,
  policyExemptionSchema,
  policyModeSchema,
  policyProfiles,
  policyReportSchema,
  policySeveritySchema,
  policyVerdictSchema,
  projectPolicySettingsSchema,
  shownPolicySettingsSchema,
  userRuleSchema,
  withExemptions,
} from './policy.ts';

/** Objects of one plan where the operator's file names no other limit. */
export const defaultMaxResources = 2000;

const operatorPolicyObject = z.strictObject({
  /** For projects that have no settings of their own. */
  defaults: projectPolicySettingsSchema.prefault({}),
  /** What holds for every project; its own settings can be stricter, never weaker. */
  enforce: z
    .strictObject({
      /** The least strict profile that a project may have. */
      profile: z.enum(policyProfiles).default('advisory'),
      /** The least strict mode of a rule; a rule of code that nobody can allow ignores it. */
      modes: z.record(z.string().max(64), policyModeSchema).default({}),
      blastRadius: blastRadiusSchema.prefault({ maxResources: defaultMaxResources }),
      userRules: z.array(userRuleSchema).max(100).default([]),
    })
    .prefault({}),
  exemptions: z
    .array(
      policyExemptionSchema.extend({
        /** Project ids in which `*` stands for any text. */
        projects: z.array(z.string().min(1).max(64)).min(1).max(1000).default(['*']),
      }),
    )
    .max(1000)
    .default([]),
  /** Roles that code may name in `assume_role` of the AWS provider; without an entry every role is refused. */
  assumeRoles: z
    .array(
      z.strictObject({
        /** ARNs in which `*` stands for any text, for example `arn:aws:iam::123456789012:role/deploy-*`. */
        roles: z.array(z.string().startsWith('arn:', 'is no ARN of a role').max(512)).min(1).max(1000),
        /** Project ids in which `*` stands for any text. */
        projects: z.array(z.string().min(1).max(64)).min(1).max(1000).default(['*']),
      }),
    )
    .max(1000)
    .default([]),
});
/** What `POLICY_FILE` holds. */
export const operatorPolicySchema = z.preprocess(withExemptions, operatorPolicyObject);
export type OperatorPolicy = z.infer<typeof operatorPolicySchema>;

/** Counts of a job's findings, without them. */
export const policySummarySchema = z.object({
  verdict: policyVerdictSchema,
  critical: z.number().int(),
  high: z.number().int(),
  medium: z.number().int(),
  low: z.number().int(),
  /** Findings that an exemption lets pass. */
  allowed: z.number().int(),
});
export type PolicySummary = z.infer<typeof policySummarySchema>;

/** What was found in a job; `null` where it has not come so far. */
export const jobPolicySchema = z.object({
  /** The code and the state it starts from, before Terraform sees either. */
  code: policyReportSchema.nullable(),
  plan: policyReportSchema.nullable(),
  /** What only the state after apply tells; a warning at most. */
  afterApply: policyReportSchema.nullable(),
});
export type JobPolicy = z.infer<typeof jobPolicySchema>;

const change = {
  /** Counts from 1; 0 before the first change. */
  version: z.number().int(),
  changedBy: z.string().nullable(),
  changedAt: z.string().nullable(),
};

export const policySettingsAnswerSchema = z.object({
  projectId: z.string(),
  /** The project's own; `null` where it has none and the operator's defaults hold. */
  settings: shownPolicySettingsSchema.nullable(),
  ...change,
});
export type PolicySettingsAnswer = z.infer<typeof policySettingsAnswerSchema>;

/** Settings in force, without the compiled code of Rego rules. */
export const effectivePolicySchema = shownPolicySettingsSchema.extend({
  userRules: z.array(
    z.object({
      id: z.string(),
      language: z.enum(['cel', 'rego']),
      severity: policySeveritySchema,
      mode: policyModeSchema,
      message: z.string(),
    }),
  ),
});

export const projectPolicySchema = z.object({
  projectId: z.string(),
  /** What holds: the project's settings, or the operator's defaults, within what the operator enforces. */
  settings: effectivePolicySchema,
  ...change,
  /** The newest job that was judged. */
  newest: jobPolicySchema
    .extend({ jobId: jobIdSchema, type: jobTypeSchema, createdAt: z.string(), verdict: policyVerdictSchema })
    .nullable(),
  /** Path of the earlier settings. */
  history: z.string(),
});

export type ProjectPolicy = z.infer<typeof projectPolicySchema>;

export const policyHistorySchema = z.object({
  projectId: z.string(),
  /** Newest first. */
  versions: z.array(policySettingsAnswerSchema.omit({ projectId: true })),
  nextCursor: z.string().nullable(),
});

export const jobPolicyAnswerSchema = jobPolicySchema.extend({
  jobId: jobIdSchema,
  projectId: z.string(),
  /** The strictest of the three. */
  verdict: policyVerdictSchema,
});
