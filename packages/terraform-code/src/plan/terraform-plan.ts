import type { ChangeAction, PlanSummary } from '@deployment-engine/contracts';
import { z } from 'zod';

const jsonObjectSchema = z.record(z.string(), z.unknown());

const changeSchema = z.object({
  actions: z.array(z.string()),
  /** `null` if nothing exists before the change. */
  before: z.unknown().optional(),
  /** Omitted if the whole value is known only after apply. */
  after: z.unknown().optional(),
  /** Shape of the values, with `true` for those known only after apply. */
  after_unknown: z.unknown().optional(),
  /** Shapes of the values, with `true` for sensitive ones. */
  before_sensitive: z.unknown().optional(),
  after_sensitive: z.unknown().optional(),
  /** Set if an object is imported; has no id if imported by identity. */
  importing: z.object({ id: z.string().nullish() }).nullish(),
});

const resourceChangeSchema = z.object({
  address: z.string(),
  /** With instance keys; omitted in the root module. */
  module_address: z.string().optional(),
  previous_address: z.string().optional(),
  /** `managed` or `data`. */
  mode: z.string(),
  type: z.string(),
  name: z.string(),
  /** Instance key of `count` or `for_each`. */
  index: z.union([z.string(), z.number()]).nullish(),
  /** Set if the change affects an object left behind by a failed replacement. */
  deposed: z.string().optional(),
  provider_name: z.string().optional(),
  action_reason: z.string().optional(),
  change: changeSchema,
});

/** Expressions and nested blocks by argument, each read by `readPlanExpression`. */
const expressionsSchema = jsonObjectSchema.optional();

const configuredResourceSchema = z.object({
  /** Within its module: `type.name`, or `data.type.name`. */
  address: z.string(),
  /** Key in `provider_config`, for example `aws.west` or `module.a:aws`. */
  provider_config_key: z.string().optional(),
  expressions: expressionsSchema,
  for_each_expression: z.unknown().optional(),
  count_expression: z.unknown().optional(),
});

const configuredModuleSchema = z.object({
  resources: z.array(configuredResourceSchema).optional(),
  variables: z
    .record(z.string(), z.object({ default: z.unknown().optional(), sensitive: z.boolean().optional() }))
    .optional(),
  outputs: z.record(z.string(), z.object({ expression: z.unknown().optional() })).optional(),
  get module_calls() {
    return z.record(z.string(), moduleCallSchema).optional();
  },
});
const moduleCallSchema = z.object({
  expressions: expressionsSchema,
  get module() {
    return configuredModuleSchema.optional();
  },
});

const providerConfigurationSchema = z.object({
  module_address: z.string().optional(),
  expressions: expressionsSchema,
});

/** A resource of the prior state. */
const storedResourceSchema = z.object({
  mode: z.string(),
  type: z.string(),
  name: z.string(),
  values: z.unknown().optional(),
});

/**
 * The parts of `terraform show -json` of a plan that the engine reads. Other keys are accepted and kept.
 * Source: https://developer.hashicorp.com/terraform/internals/json-format#plan-representation
 */
const terraformPlanSchema = z.object({
  terraform_version: z.string().optional(),
  variables: z.record(z.string(), z.object({ value: z.unknown().optional() })).optional(),
  resource_changes: z.array(resourceChangeSchema).optional(),
  resource_drift: z.array(resourceChangeSchema).optional(),
  output_changes: z.record(z.string(), changeSchema).optional(),
  planned_values: jsonObjectSchema.optional(),
  prior_state: z
    .object({
      values: z
        .object({ root_module: z.object({ resources: z.array(storedResourceSchema).optional() }).optional() })
        .optional(),
    })
    .optional(),
  configuration: z
    .object({
      provider_config: z.record(z.string(), providerConfigurationSchema).optional(),
      root_module: configuredModuleSchema.optional(),
    })
    .optional(),
});
export type TerraformPlan = z.infer<typeof terraformPlanSchema>;
export type PlannedChange = z.infer<typeof resourceChangeSchema>;
export type ConfiguredResource = z.infer<typeof configuredResourceSchema>;
export type ProviderConfiguration = z.infer<typeof providerConfigurationSchema>;
export type ConfiguredModule = z.infer<typeof configuredModuleSchema>;

/** Maximum number of places in a message about a malformed plan. */
const maxPlacesNamed = 3;

/** Parses a plan's JSON; throws with the places of unexpected content, never with values. */
export function parseTerraformPlan(json: string): TerraformPlan {
  let plan: unknown;
  try {
    plan = JSON.parse(json);
  } catch {
    throw new Error(
      'reading the plan: it is not JSON; run the job again with a supported version of Terraform',
    );
  }
  return checkTerraformPlan(plan);
}

/**
 * Checks a parsed plan. Returns the original object, because zod's copy omits a key `__proto__`, and
 * Terraform allows a module of that name.
 */
export function checkTerraformPlan(plan: unknown): TerraformPlan {
  const checked = terraformPlanSchema.safeParse(plan);
  if (checked.success) return plan as TerraformPlan;
  const places = checked.error.issues
    .slice(0, maxPlacesNamed)
    .map(({ path, message }) => `${placeOf(path)}: ${message}`);
  throw new Error(`reading the plan: ${places.join('; ')}`);
}

/** `['resource_changes', 3, 'change']` → `resource_changes[3].change`. */
function placeOf(path: PropertyKey[]): string {
  if (path.length === 0) return 'the top level';
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index > 0 ? '.' : ''}${String(key)}`))
    .join('');
}

/** Returns what a change does to its resource. A replacement that forgets the old object only creates. */
export function changeAction(actions: string[]): ChangeAction {
  if (actions.includes('create')) return actions.includes('delete') ? 'replace' : 'create';
  return (actions[0] ?? 'no-op') as ChangeAction;
}

/** Returns the changes of managed resources. */
export function managedChanges(changes: PlannedChange[] | undefined): PlannedChange[] {
  return (changes ?? []).filter(({ mode }) => mode === 'managed');
}

/** Counts a plan's changes of managed resources. */
export function summarisePlan(plan: TerraformPlan): PlanSummary {
  const summary: PlanSummary = { create: 0, update: 0, delete: 0, replace: 0, noop: 0, import: 0 };
  for (const { change } of managedChanges(plan.resource_changes)) {
    const action = changeAction(change.actions);
    if (action === 'no-op') summary.noop += 1;
    else if (action !== 'read' && action !== 'forget') summary[action] += 1;
    if (change.importing) summary.import += 1;
  }
  return summary;
}

/** Says whether any output's value changes. */
export function changesOutputs(plan: TerraformPlan): boolean {
  return Object.values(plan.output_changes ?? {}).some(({ actions }) => changeAction(actions) !== 'no-op');
}
