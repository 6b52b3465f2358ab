import { randomBytes, randomUUID } from 'node:crypto';
import type { StateResource, TerraformState } from '@deployment-engine/terraform-code';
import { identityOf } from './journal-calls.ts';

/** An object to add to the state where Terraform would have written it. */
export type StateObject = {
  moduleAddress: string;
  type: string;
  name: string;
  key: string | number | null;
  /** The provider's address and configuration, for a resource that the state does not have yet. */
  provider: string;
  providerKey: string;
  schemaVersion: number;
  attributes: Record<string, unknown>;
  /** The provider's private data, as base64. */
  private: string | null;
  /** Its creation failed midway: the next plan replaces it. */
  isTainted: boolean;
  /** Paths of sensitive attributes, in the state's form. */
  sensitivePaths: unknown[];
  dependencies: string[];
};

/** Returns type and identity of all objects in a state, including deposed ones. */
export function objectsOf(state: TerraformState | undefined): Set<string> {
  const managed = (state?.resources ?? []).filter(({ mode }) => mode === 'managed');
  return new Set(
    managed.flatMap(({ type, instances }) =>
      instances.map(({ attributes }) => objectKey(type, identityOf(attributes ?? {}))),
    ),
  );
}

export function objectKey(type: string, identity: string): string {
  return `${type}|${identity}`;
}

/**
 * Returns the state with more objects, under the next serial. If an object's address is taken, the new object was
 * created to replace the old one: the old one becomes deposed, as in Terraform before it destroys an object.
 */
export function withObjects(
  state: TerraformState | undefined,
  objects: StateObject[],
  terraformVersion: string,
): TerraformState {
  const base = state ?? emptyState(terraformVersion);
  const next: TerraformState = { ...structuredClone(base), serial: base.serial + 1 };
  for (const object of objects) insert(next, object);
  return next;
}

export function serialiseState(state: TerraformState): Buffer {
  return Buffer.from(`${JSON.stringify(state, null, 2)}\n`);
}

export function emptyState(terraformVersion: string, lineage: string = randomUUID()): TerraformState {
  return { version: 4, terraform_version: terraformVersion, serial: 0, lineage, outputs: {}, resources: [] };
}

function insert(state: TerraformState, object: StateObject): void {
  let resource = state.resources.find((candidate) => isPlaceOf(candidate, object));
  if (!resource) {
    resource = newResource(object);
    state.resources.push(resource);
  }
  const sibling = resource.instances[0];
  const taken = resource.instances.find(
    (instance) => (instance.index_key ?? null) === object.key && instance.deposed === undefined,
  );
  if (taken) taken.deposed = randomBytes(4).toString('hex');
  resource.instances.push({
    ...(object.key === null ? {} : { index_key: object.key }),
    ...(object.isTainted ? { status: 'tainted' } : {}),
    schema_version: object.schemaVersion,
    attributes: object.attributes,
    sensitive_attributes: object.sensitivePaths,
    ...(object.private ? { private: object.private } : {}),
    dependencies: sibling?.dependencies ?? object.dependencies,
  });
}

function isPlaceOf(resource: StateResource, object: StateObject): boolean {
  return (
    resource.mode === 'managed' &&
    resource.type === object.type &&
    resource.name === object.name &&
    (resource.module ?? '') === object.moduleAddress
  );
}

function newResource({ moduleAddress, type, name, provider, providerKey }: StateObject): StateResource {
  return {
    ...(moduleAddress === '' ? {} : { module: moduleAddress }),
    mode: 'managed',
    type,
    name,
    provider: providerAddress(provider, providerKey),
    instances: [],
  };
}

/** Returns, for example, `provider["registry.terraform.io/hashicorp/aws"].west` for the configuration `aws.west`. */
function providerAddress(provider: string, providerKey: string): string {
  const [module, key] = providerKey.includes(':') ? splitAtLast(providerKey, ':') : ['', providerKey];
  const alias = key.split('.')[1];
  return `${module ? `${module}.` : ''}provider["${provider}"]${alias ? `.${alias}` : ''}`;
}

function splitAtLast(text: string, separator: string): [string, string] {
  const at = text.lastIndexOf(separator);
  return [text.slice(0, at), text.slice(at + separator.length)];
}

/** Returns paths in the state's form, for a shape with `true` in place of each sensitive value. */
export function sensitivePaths(shape: unknown, path: object[] = []): object[][] {
  if (shape === true) return path.length > 0 ? [path] : [];
  if (Array.isArray(shape))
    return shape.flatMap((item, index) => sensitivePaths(item, [...path, indexStep(index)]));
  if (typeof shape !== 'object' || shape === null) return [];
  return Object.entries(shape).flatMap(([name, item]) => sensitivePaths(item, [...path, nameStep(name)]));
}

function indexStep(value: number): object {
  return { type: 'index', value: { value, type: 'number' } };
}

/** The plan does not tell nested attributes from map keys; readers of states accept either form. */
function nameStep(name: string): object {
  return { type: 'get_attr', value: name };
}
