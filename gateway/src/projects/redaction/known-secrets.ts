import type { TerraformPlan, TerraformState } from '@deployment-engine/terraform-code';
import { stepsOf } from '../states/redact-state.ts';

/** Shorter values that Terraform marks as sensitive are usually plain words, so they are not redacted. */
const minMarkedLength = 8;
/** Real secret keys of clouds are longer; shorter values are placeholders in tests. */
const minCloudSecretLength = 16;
const maxMarkedValues = 10_000;

const cloudSecrets =
  /^(AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|ARM_CLIENT_SECRET|ARM_ACCESS_KEY|ARM_SAS_TOKEN|ARM_OIDC_TOKEN|ARM_CLIENT_CERTIFICATE_PASSWORD|GOOGLE_OAUTH_ACCESS_TOKEN|GOOGLE_ENCRYPTION_KEY)$/;

/** Returns every string, number and boolean inside a value, as a string. */
export function leaves(value: unknown): string[] {
  if (value === null || value === undefined) return [];
  if (typeof value !== 'object') return [String(value)];
  return Object.values(value).flatMap(leaves);
}

/** Returns the secrets in a run's environment: the secret half of credentials, and private keys inside JSON. */
export function environmentSecrets(environment: Record<string, string | undefined>): string[] {
  return Object.entries(environment).flatMap(([name, value = '']) => {
    if (name === 'GOOGLE_CREDENTIALS') return [value, ...privateKeys(value)];
    return cloudSecrets.test(name) && value.length >= minCloudSecretLength ? [value] : [];
  });
}

function privateKeys(json: string): string[] {
  try {
    const { private_key: key, private_key_id: id } = JSON.parse(json);
    return [key, id].filter((value): value is string => typeof value === 'string');
  } catch {
    return [];
  }
}

/** Returns the values that a plan marks as sensitive, both old and new ones. */
export function planSecrets(plan: TerraformPlan): string[] {
  const changes = [
    ...(plan.resource_changes ?? []).map(({ change }) => change),
    ...(plan.resource_drift ?? []).map(({ change }) => change),
    ...Object.values(plan.output_changes ?? {}),
  ];
  return bounded(
    changes.flatMap((change) => [
      ...marked(change.before, change.before_sensitive),
      ...marked(change.after, change.after_sensitive),
    ]),
  );
}

/** Returns the values that a state marks as sensitive. Source: `sensitive_attributes` of Terraform's state format 4. */
export function stateSecrets(state: TerraformState): string[] {
  const outputs = Object.values(state.outputs).filter(({ sensitive }) => sensitive);
  const attributes = state.resources
    .flatMap(({ instances }) => instances)
    .flatMap((instance) =>
      (instance.sensitive_attributes ?? []).flatMap((path) => leaves(valueAt(instance.attributes, path))),
    );
  return bounded([...outputs.flatMap(({ value }) => leaves(value)), ...attributes]);
}

function bounded(values: string[]): string[] {
  return [...new Set(values.filter((value) => value.length >= minMarkedLength))].slice(0, maxMarkedValues);
}

function marked(value: unknown, marks: unknown): string[] {
  if (marks === true) return leaves(value);
  if (typeof marks !== 'object' || marks === null || typeof value !== 'object' || value === null) return [];
  return Object.entries(marks).flatMap(([key, mark]) =>
    Object.hasOwn(value, key) ? marked((value as Record<string, unknown>)[key], mark) : [],
  );
}

function valueAt(attributes: unknown, path: unknown): unknown {
  let value = attributes;
  for (const key of stepsOf(path)) {
    if (typeof value !== 'object' || value === null || key === undefined || !Object.hasOwn(value, key))
      return value; // for example an element of a set: all values in it count
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}
