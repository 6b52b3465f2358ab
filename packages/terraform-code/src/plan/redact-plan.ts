import { isRecord } from '../values/json-value.ts';
import { redactSensitive, sensitiveText } from './redact-sensitive.ts';

type Json = Record<string, unknown>;

/**
 * Copies `terraform show -json` of a plan or state and replaces everything that Terraform marks as sensitive
 * by `(sensitive)`: changes, planned and prior values, outputs and variables.
 */
export function redactPlan(plan: unknown): unknown {
  if (!isRecord(plan)) return plan;
  const redacted = { ...plan };
  for (const name of ['resource_changes', 'resource_drift'])
    if (Array.isArray(plan[name])) redacted[name] = plan[name].map(redactResourceChange);
  if (isRecord(plan.output_changes)) redacted.output_changes = mapValues(plan.output_changes, redactChange);
  for (const name of ['planned_values', 'values'])
    if (isRecord(plan[name])) redacted[name] = redactValues(plan[name]);
  if (isRecord(plan.prior_state)) redacted.prior_state = redactPlan(plan.prior_state);
  if (isRecord(plan.variables)) redacted.variables = redactVariables(plan.variables, plan.configuration);
  return redacted;
}

function redactResourceChange(resource: unknown): unknown {
  return isRecord(resource) ? { ...resource, change: redactChange(resource.change) } : resource;
}

function redactChange(change: unknown): unknown {
  if (!isRecord(change)) return change;
  const { before, after, before_sensitive, after_sensitive } = change;
  return {
    ...change,
    before: redactSensitive(before, before_sensitive),
    after: redactSensitive(after, after_sensitive),
  };
}

function redactValues(values: Json): Json {
  const outputs = isRecord(values.outputs) ? { outputs: mapValues(values.outputs, redactOutput) } : {};
  return { ...values, ...outputs, root_module: redactModule(values.root_module, 0) };
}

function redactOutput(output: unknown): unknown {
  return isRecord(output) && output.sensitive === true ? { ...output, value: sensitiveText } : output;
}

function redactModule(module: unknown, depth: number): unknown {
  if (!isRecord(module)) return module;
  if (depth > 100) return sensitiveText;
  const redacted = { ...module };
  if (Array.isArray(module.resources)) redacted.resources = module.resources.map(redactResource);
  if (Array.isArray(module.child_modules))
    redacted.child_modules = module.child_modules.map((child) => redactModule(child, depth + 1));
  return redacted;
}

function redactResource(resource: unknown): unknown {
  if (!isRecord(resource)) return resource;
  return { ...resource, values: redactSensitive(resource.values, resource.sensitive_values) };
}

function redactVariables(variables: Json, configuration: unknown): Json {
  const root =
    isRecord(configuration) && isRecord(configuration.root_module) ? configuration.root_module : {};
  const declared = isRecord(root.variables) ? root.variables : {};
  return mapValues(variables, (variable, name) => {
    const declaration = Object.hasOwn(declared, name) ? declared[name] : undefined;
    const sensitive = isRecord(declaration) && declaration.sensitive === true;
    return sensitive && isRecord(variable) ? { ...variable, value: sensitiveText } : variable;
  });
}

function mapValues(record: Json, map: (value: unknown, key: string) => unknown): Json {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}
