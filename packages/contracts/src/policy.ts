import { z } from 'zod';

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
