import { z } from 'zod';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { jobIdSchema, jobTypeSchema } from '../job.ts';
import { cursor, limit } from '../paging.ts';
import { projectParams } from '../project.ts';
import { jobPolicySchema, policyModeSchema, policySeveritySchema, policyVerdictSchema } from './findings.ts';

export const policyExemptionSchema = z.strictObject({
  /** Id of the rule. */
  id: z.string().min(1).max(64),
  /** Patterns, in which `*` stands for any text; a missing pattern matches everything. */
  subject: z.string().max(512).optional(),
  address: z.string().max(512).optional(),
  file: z.string().max(255).optional(),
  who: z.string().min(1).max(200),
  why: z.string().min(1).max(2000),
  /** ISO 8601; the exemption has no effect afterwards. */
  expiresAt: z.iso.datetime({ offset: true }).optional(),
});
export type PolicyExemption = z.infer<typeof policyExemptionSchema>;

/** Limits on one plan; `null` means no limit. */
export const blastRadiusSchema = z.strictObject({
  maxDeletions: z.number().int().min(0).nullable().default(null),
  maxReplacements: z.number().int().min(0).nullable().default(null),
  /** The only resource types that may change; `*` stands for any text, as in `aws_s3_*`. */
  resourceTypes: z.array(z.string().max(128)).max(500).nullable().default(null),
  /** The only regions that providers may use. */
  regions: z.array(z.string().max(64)).max(100).nullable().default(null),
  /** Maximum number of objects after the plan is applied. */
  maxResources: z.number().int().min(0).nullable().default(null),
});
export type BlastRadius = z.infer<typeof blastRadiusSchema>;

const userRuleBase = {
  /** User-defined ids must not look like built-in ones. */
  id: z.string().regex(/^USER-[A-Z0-9][A-Z0-9-]{0,58}$/, 'the id of an own rule looks like USER-TAGS-1'),
  severity: policySeveritySchema.default('medium'),
  mode: policyModeSchema.default('warn'),
  message: z.string().min(1).max(1000),
  remediation: z.string().max(2000).default(''),
};

export const celRuleSchema = z.strictObject({
  language: z.literal('cel'),
  ...userRuleBase,
  /**
   * True if the rule is violated. Evaluated with `resource` {address, type, name, module, provider, actions,
   * before, after, afterUnknown} and `summary` {creates, updates, deletes, replacements}.
   */
  expression: z.string().min(1).max(10_000),
  /** Types that the rule is evaluated for; default: every changed resource. */
  resourceTypes: z.array(z.string().max(128)).max(200).optional(),
});

export const regoRuleSchema = z.strictObject({
  language: z.literal('rego'),
  ...userRuleBase,
  /** `policy.wasm`, or the bundle that `opa build -t wasm` writes, as Base64. Its input is the plan. */
  bundle: z.base64().max(4 * 1024 * 1024),
  /** Path of the rule, as given to `opa build -e`; default: the first one. */
  entrypoint: z.string().max(256).optional(),
});

export const userRuleSchema = z.discriminatedUnion('language', [celRuleSchema, regoRuleSchema]);
export type UserRule = z.infer<typeof userRuleSchema>;
export type CelRule = z.infer<typeof celRuleSchema>;
export type RegoRule = z.infer<typeof regoRuleSchema>;

/**
 * Strictness of the built-in plan rules that `modes` does not list.
 * - advisory: findings warn, and IAM changes pass.
 * - guarded: critical findings block; high ones, deletions, replacements, IAM changes and unknown security
 *   attributes require approval.
 * - strict: critical and high findings block, medium ones require approval too.
 */
export const policyProfiles = ['advisory', 'guarded', 'strict'] as const;

/** Settings as stored and returned. */
export const shownPolicySettingsSchema = z.strictObject({
  profile: z.enum(policyProfiles).default('advisory'),
  /** Mode per rule id; overrides the profile. Ignored by rules that cannot be exempted. */
  modes: z.record(z.string().max(64), policyModeSchema).default({}),
  exemptions: z.array(policyExemptionSchema).max(1000).default([]),
  blastRadius: blastRadiusSchema.prefault({}),
  userRules: z.array(userRuleSchema).max(100).default([]),
});
export type ProjectPolicySettings = z.infer<typeof shownPolicySettingsSchema>;

/** Settings as sent, or as stored by an earlier version. */
export const projectPolicySettingsSchema = z.preprocess(withExemptions, shownPolicySettingsSchema);

/** Accepts `allowances`, the deprecated name of `exemptions`. If both are given, the old one is unknown. */
export function withExemptions(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  if (!Object.hasOwn(value, 'allowances') || Object.hasOwn(value, 'exemptions')) return value;
  const { allowances, ...rest } = value as Record<string, unknown>;
  return { ...rest, exemptions: allowances };
}

export const defaultPolicySettings: ProjectPolicySettings = projectPolicySettingsSchema.parse({});

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

const ifVersion = z.strictObject({
  /** The `version` that was read; the change is refused if another one was made since. */
  ifVersion: z.coerce.number().int().min(0).optional(),
});

const allowFinding = endpoint({
  method: 'post',
  path: '/api/deploy/policy/{projectId}/exemptions',
  operationId: 'allowFinding',
  tag: 'Policy',
  summary: "Add an exemption to a project's policy settings",
  role: 'admin',
  params: projectParams,
  body: policyExemptionSchema,
  status: 200,
  answer: policySettingsAnswerSchema,
  problems: ['invalid_request', 'malformed_json', 'forbidden'],
});

export const policyEndpoints = {
  policy: endpoint({
    method: 'get',
    path: '/api/deploy/policy/{projectId}',
    operationId: 'getPolicy',
    tag: 'Policy',
    summary: 'The policy in effect for a project, and its findings in the newest job',
    role: 'viewer',
    params: projectParams,
    status: 200,
    answer: projectPolicySchema,
    problems: ['invalid_request'],
  }),
  policySettings: endpoint({
    method: 'get',
    path: '/api/deploy/policy/{projectId}/settings',
    operationId: 'getPolicySettings',
    tag: 'Policy',
    summary: "A project's own policy settings",
    role: 'viewer',
    params: projectParams,
    status: 200,
    answer: policySettingsAnswerSchema,
    problems: ['invalid_request'],
  }),
  setPolicySettings: endpoint({
    method: 'put',
    path: '/api/deploy/policy/{projectId}/settings',
    operationId: 'setPolicySettings',
    tag: 'Policy',
    summary: "Replace a project's policy settings; only an admin may weaken them",
    role: 'approver',
    params: projectParams,
    query: ifVersion,
    body: projectPolicySettingsSchema,
    status: 200,
    answer: policySettingsAnswerSchema,
    problems: ['invalid_request', 'malformed_json', 'forbidden', 'policy_settings_changed'],
  }),
  removePolicySettings: endpoint({
    method: 'delete',
    path: '/api/deploy/policy/{projectId}/settings',
    operationId: 'removePolicySettings',
    tag: 'Policy',
    summary: "Remove a project's policy settings; the operator's defaults apply again",
    role: 'approver',
    params: projectParams,
    query: ifVersion,
    status: 200,
    answer: policySettingsAnswerSchema,
    problems: ['invalid_request', 'forbidden', 'policy_settings_changed'],
  }),
  allowFinding,
  addAllowance: endpoint({
    ...allowFinding,
    path: '/api/deploy/policy/{projectId}/allowances',
    operationId: 'addAllowance',
    summary: 'Deprecated path of allowFinding, removed in the next version',
    deprecated: true,
  }),
  policyHistory: endpoint({
    method: 'get',
    path: '/api/deploy/policy/{projectId}/history',
    operationId: 'getPolicyHistory',
    tag: 'Policy',
    summary: "Every version of a project's policy settings, who made it and when, newest first",
    role: 'viewer',
    params: projectParams,
    query: z.strictObject({ cursor, limit }),
    status: 200,
    answer: policyHistorySchema,
    problems: ['invalid_request'],
  }),
} as const satisfies Record<string, Endpoint>;
