import { maskSensitive, sensitiveText } from './mask-sensitive.ts';

type Json = Record<string, unknown>;

/**
 * Copies `terraform show -json` of a plan or state and replaces everything that Terraform marks as sensitive
 * by `(sensitive)`: changes, planned and prior values, outputs and variables.
 */
export function maskPlan(plan: unknown): unknown {
  if (!isRecord(plan)) return plan;
  const masked = { ...plan };
  for (const name of ['resource_changes', 'resource_drift'])
    if (Array.isArray(plan[name])) masked[name] = plan[name].map(maskResourceChange);
  if (isRecord(plan.output_changes)) masked.output_changes = mapValues(plan.output_changes, maskChange);
  for (const name of ['planned_values', 'values'])
    if (isRecord(plan[name])) masked[name] = maskValues(plan[name]);
  if (isRecord(plan.prior_state)) masked.prior_state = maskPlan(plan.prior_state);
  if (isRecord(plan.variables)) masked.variables = maskVariables(plan.variables, plan.configuration);
  return masked;
}

function maskResourceChange(resource: unknown): unknown {
  return isRecord(resource) ? { ...resource, change: maskChange(resource.change) } : resource;
}

function maskChange(change: unknown): unknown {
  if (!isRecord(change)) return change;
  const { before, after, before_sensitive, after_sensitive } = change;
  return {
    ...change,
    before: maskSensitive(before, before_sensitive),
    after: maskSensitive(after, after_sensitive),
  };
}

function maskValues(values: Json): Json {
  const outputs = isRecord(values.outputs) ? { outputs: mapValues(values.outputs, maskOutput) } : {};
  return { ...values, ...outputs, root_module: maskModule(values.root_module, 0) };
}

function maskOutput(output: unknown): unknown {
  return isRecord(output) && output.sensitive === true ? { ...output, value: sensitiveText } : output;
}

function maskModule(module: unknown, depth: number): unknown {
  if (!isRecord(module)) return module;
  if (depth > 100) return sensitiveText;
  const masked = { ...module };
  if (Array.isArray(module.resources)) masked.resources = module.resources.map(maskResource);
  if (Array.isArray(module.child_modules))
    masked.child_modules = module.child_modules.map((child) => maskModule(child, depth + 1));
  return masked;
}

function maskResource(resource: unknown): unknown {
  if (!isRecord(resource)) return resource;
  return { ...resource, values: maskSensitive(resource.values, resource.sensitive_values) };
}

function maskVariables(variables: Json, configuration: unknown): Json {
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

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
