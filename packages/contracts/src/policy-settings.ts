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

/** Maximum number of objects in a plan, unless the operator's file sets another limit. */
export const defaultMaxResources = 2000;

const operatorPolicyObject = z.strictObject({
  /** For projects without settings of their own. */
  defaults: projectPolicySettingsSchema.prefault({}),
  /** Applies to every project; a project's own settings can be stricter, never weaker. */
  enforce: z
    .strictObject({
      /** The least strict profile that a project may have. */
      profile: z.enum(policyProfiles).default('advisory'),
      /** The least strict mode of each rule; ignored by rules of code that cannot be exempted. */
      modes: z.record(z.string().max(64), policyModeSchema).default({}),
      blastRadius: blastRadiusSchema.prefault({ maxResources: defaultMaxResources }),
      userRules: z.array(userRuleSchema).max(100).default([]),
    })
    .prefault({}),
  exemptions: z
    .array(
      policyExemptionSchema.extend({
        /** Project ids; `*` stands for any text. */
        projects: z.array(z.string().min(1).max(64)).min(1).max(1000).default(['*']),
      }),
    )
    .max(1000)
    .default([]),
  /** Roles that code may use in `assume_role` of the AWS provider; without an entry every role is refused. */
  assumeRoles: z
    .array(
      z.strictObject({
        /** ARNs; `*` stands for any text, for example `arn:aws:iam::123456789012:role/deploy-*`. */
        roles: z.array(z.string().startsWith('arn:', 'must be the ARN of a role').max(512)).min(1).max(1000),
        /** Project ids; `*` stands for any text. */
        projects: z.array(z.string().min(1).max(64)).min(1).max(1000).default(['*']),
      }),
    )
    .max(1000)
    .default([]),
});
/** Content of `POLICY_FILE`. */
export const operatorPolicySchema = z.preprocess(withExemptions, operatorPolicyObject);
export type OperatorPolicy = z.infer<typeof operatorPolicySchema>;

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

const change = {
  /** Counts from 1; 0 before the first change. */
  version: z.number().int(),
  changedBy: z.string().nullable(),
  changedAt: z.string().nullable(),
};

export const policySettingsAnswerSchema = z.object({
  projectId: z.string(),
  /** The project's own settings; `null` if it has none and the operator's defaults apply. */
  settings: shownPolicySettingsSchema.nullable(),
  ...change,
});
export type PolicySettingsAnswer = z.infer<typeof policySettingsAnswerSchema>;

/** Settings in effect, without the compiled code of Rego rules. */
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
  /** In effect: the project's settings or the operator's defaults, limited by what the operator enforces. */
  settings: effectivePolicySchema,
  ...change,
  /** The newest job that was checked. */
  newest: jobPolicySchema
    .extend({ jobId: jobIdSchema, type: jobTypeSchema, createdAt: z.string(), verdict: policyVerdictSchema })
    .nullable(),
  /** API path of the earlier settings. */
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
  /** The strictest of the three verdicts. */
  verdict: policyVerdictSchema,
});
