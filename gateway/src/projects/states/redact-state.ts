import { type StateResource, sensitiveText, type TerraformState } from '@deployment-engine/terraform-code';

/** Returns a copy of a state in which every value that Terraform marks as sensitive is `(sensitive)`. */
export function redactState(state: TerraformState): TerraformState {
  const outputs = Object.entries(state.outputs).map(([name, output]) => [
    name,
    output.sensitive ? { ...output, value: sensitiveText } : output,
  ]);
  return { ...state, outputs: Object.fromEntries(outputs), resources: state.resources.map(redactResource) };
}

function redactResource(resource: StateResource): StateResource {
  const instances = resource.instances.map((instance) => {
    let attributes: unknown = instance.attributes;
    for (const path of instance.sensitive_attributes ?? []) attributes = redactAt(attributes, stepsOf(path));
    return { ...instance, attributes: attributes as Record<string, unknown> };
  });
  return { ...resource, instances };
}

/** Redacts the whole value if a step cannot be followed, as into an element of a set. */
function redactAt(value: unknown, [key, ...rest]: (string | undefined)[]): unknown {
  if (value === null || value === undefined) return value;
  if (key === undefined || typeof value !== 'object' || !Object.hasOwn(value, key)) return sensitiveText;
  const redacted = redactAt((value as Record<string, unknown>)[key], rest);
  return Array.isArray(value)
    ? value.map((item, index) => (String(index) === key ? redacted : item))
    : { ...value, [key]: redacted };
}

/** Returns the keys along a path of `sensitive_attributes`. Source: Terraform's state format 4. */
export function stepsOf(path: unknown): (string | undefined)[] {
  return (Array.isArray(path) ? path : []).map((step) => {
    const value = typeof step === 'object' && step !== null ? (step as { value?: unknown }).value : undefined;
    const key = typeof value === 'object' && value !== null ? (value as { value?: unknown }).value : value;
    return typeof key === 'string' || typeof key === 'number' ? String(key) : undefined;
  });
}
