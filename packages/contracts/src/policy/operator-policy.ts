import { z } from 'zod';
import { policyModeSchema } from './findings.ts';
import {
  blastRadiusSchema,
  policyExemptionSchema,
  policyProfiles,
  projectPolicySettingsSchema,
  userRuleSchema,
  withExemptions,
} from './settings.ts';

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
      /**
       * Rules over a resolved stack, before anything is planned. CEL is evaluated for each component, with `component` and
       * `stack`; `resourceTypes` are patterns of kinds. Rego's input is the stack.
       */
      stackRules: z.array(userRuleSchema).max(100).default([]),
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
