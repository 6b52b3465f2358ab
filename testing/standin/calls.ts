import { decode, ExtData, encode } from '@msgpack/msgpack';
import { type Attribute, providerAttributes, standinTypes } from './types.ts';

type Value = Record<string, unknown>;
type Bytes = { msgpack: Uint8Array };
type Request = {
  type_name: string;
  config: Bytes | null;
  prior_state: Bytes | null;
  planned_state: Bytes | null;
  current_state: Bytes | null;
  proposed_new_state: Bytes | null;
  raw_state: { json: Buffer };
};
export type Calls = Record<string, (request: Request) => Promise<object> | object>;

/** Terraform's mark of a value that is known only after apply. */
const unknown = new ExtData(0, new Uint8Array([0]));

const read = (value: Bytes | null): Value | null =>
  value?.msgpack?.length ? (decode(value.msgpack) as Value | null) : null;
const written = (value: unknown) => ({ msgpack: Buffer.from(encode(value)) });

/** Answers Terraform's calls for a provider whose objects are kept by a server at `endpoint`. */
export function callsOf(provider: string, endpoint: string): Calls {
  const types = standinTypes[provider] ?? {};
  const cloud = (method: string, type: string, body: unknown) => ask(`${endpoint}/${type}`, method, body);
  return {
    GetSchema: () => ({
      provider: schemaOf(providerAttributes[provider] ?? {}, provider === 'azurerm' ? [features] : []),
      resource_schemas: Object.fromEntries(
        Object.entries(types).map(([type, { attributes }]) => [type, schemaOf(attributes)]),
      ),
    }),
    PrepareProviderConfig: ({ config }) => ({ prepared_config: config }),
    ValidateResourceTypeConfig: () => ({}),
    ValidateDataSourceConfig: () => ({}),
    Configure: () => ({}),
    Stop: () => ({}),
    UpgradeResourceState: ({ raw_state: { json } }) => ({
      upgraded_state: written(JSON.parse(json.toString())),
    }),
    ReadResource: async ({ type_name: type, current_state }) => {
      const { body } = await cloud('POST', type, { id: read(current_state)?.id });
      return { new_state: written(body) };
    },
    PlanResourceChange: ({ type_name: type, prior_state, proposed_new_state }) =>
      planned(type, types, read(prior_state), read(proposed_new_state)),
    ApplyResourceChange: async ({ type_name: type, prior_state, planned_state }) => {
      const [prior, next] = [read(prior_state), read(planned_state)];
      const { status, body } = next
        ? await cloud('PUT', type, { prior, next: known(next) })
        : await cloud('DELETE', type, { id: prior?.id });
      if (status === 200) return { new_state: written(body) };
      return { new_state: written(prior), diagnostics: [refused(type, next, body)] };
    },
  };
}

const features = { type_name: 'features', nesting: 2, min_items: 1, max_items: 1, block: { version: 0 } };

function schemaOf(attributes: Record<string, Attribute>, block_types: object[] = []): object {
  const list = Object.entries(attributes).map(([name, [type, kind]]) => ({
    name,
    type: Buffer.from(JSON.stringify(type)),
    required: kind === 'r',
    optional: kind.includes('o'),
    computed: kind.includes('c'),
  }));
  return { version: 0, block: { version: 0, attributes: list, block_types } };
}

function planned(
  type: string,
  types: (typeof standinTypes)[string],
  prior: Value | null,
  next: Value | null,
): object {
  const described = types[type];
  if (!next || !described) return { planned_state: written(null) };
  const { attributes, replacedBy, madeAnew } = described;
  const isChanged = (name: string) => JSON.stringify(prior?.[name]) !== JSON.stringify(next[name]);
  const isAnew = prior !== null && Object.keys(attributes).some(isChanged);
  for (const [name, [, kind]] of Object.entries(attributes)) {
    const isUnset = prior === null && kind.includes('c') && (next[name] ?? null) === null;
    if (isUnset || (isAnew && madeAnew.includes(name))) next[name] = unknown;
  }
  const replaced = prior === null ? [] : replacedBy.filter(isChanged);
  return {
    planned_state: written(next),
    requires_replace: replaced.map((attribute_name) => ({ steps: [{ attribute_name }] })),
  };
}

/** The cloud fills in what is not known. */
function known(value: Value): Value {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => !(item instanceof ExtData)));
}

async function ask(url: string, method: string, body: unknown): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(url, { method, body: JSON.stringify(body) });
  return { status: answer.status, body: await answer.json() };
}

/** Says what Azure answered in the form in which the real provider says it. */
function refused(type: string, next: Value | null, body: unknown): object {
  const { error } = body as { error: { code: string; message: string } };
  const parts = [
    `the Azure API returned the following error:\n\nStatus: "${error.code}"\nCode: ""\nMessage: "${error.message}"\nActivity Id: ""`,
    `API Response:\n\n----[start]----\n${JSON.stringify(body)}\n-----[end]-----\n`,
  ];
  const verb = next ? 'creating' : 'deleting';
  return { severity: 1, summary: `${verb} ${type}: polling failed`, detail: parts.join('\n\n---\n\n') };
}
