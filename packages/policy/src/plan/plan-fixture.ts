import { checkTerraformPlan, type TerraformPlan } from '@deployment-engine/terraform-code';

/** Builds minimal plans in the form of `terraform show -json`. */
type Json = Record<string, unknown>;

export type ResourceFixture = {
  /** `type.name` with module and key, for example `module.a["k"].aws_s3_bucket.b[0]`. */
  address: string;
  after?: Json | null;
  unknown?: Json;
  expressions?: Json;
  actions?: string[];
  change?: Json;
  rest?: Json;
  configuration?: Json;
};

export function planOf(resources: ResourceFixture[], rest: Json = {}): TerraformPlan {
  const root: Module = { resources: [], module_calls: {} };
  const changes = resources.map((fixture) => {
    const { modulePath, moduleAddress, mode, type, name, index } = parseAddress(fixture.address);
    const configuration = { mode, type, name, address: `${mode === 'data' ? 'data.' : ''}${type}.${name}` };
    moduleAt(root, modulePath).resources.push({
      ...configuration,
      expressions: fixture.expressions ?? {},
      ...fixture.configuration,
    });
    const { after = {}, unknown = {}, actions = ['create'] } = fixture;
    const change = { actions, before: null, after, after_unknown: unknown, ...fixture.change };
    const place = { address: fixture.address, ...(moduleAddress ? { module_address: moduleAddress } : {}) };
    return { ...place, mode, type, name, ...(index === undefined ? {} : { index }), change, ...fixture.rest };
  });
  const { configuration, ...others } = rest;
  return checkTerraformPlan({
    resource_changes: changes,
    configuration: { root_module: mergeModule(root, (configuration ?? {}) as Json) },
    ...others,
  });
}

type Module = { resources: Json[]; module_calls: Record<string, { module: Module } & Json> } & Json;

function moduleAt(root: Module, path: string[]): Module {
  let module = root;
  for (const name of path) {
    module.module_calls[name] ??= { module: { resources: [], module_calls: {} } };
    module = module.module_calls[name].module;
  }
  return module;
}

/** Adds `variables`, `outputs`, and `module_calls.x.expressions` to the module made from resources. */
function mergeModule(base: Json, extra: Json): Json {
  const merged: Json = { ...base };
  for (const [key, value] of Object.entries(extra)) {
    const existing = merged[key];
    merged[key] = isPlain(existing) && isPlain(value) ? mergeModule(existing, value) : value;
  }
  return merged;
}

function isPlain(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseAddress(address: string) {
  const match = /^((?:module\.\w+(?:\[[^\]]*\])?\.)*)(data\.)?(\w+)\.(\w+)(?:\[(?:"(.*)"|(\d+))\])?$/.exec(
    address,
  );
  const [, modules = '', data, type = '', name = '', text, number] = match ?? [];
  return {
    modulePath: [...modules.matchAll(/module\.(\w+)/g)].map(([, module]) => module ?? ''),
    moduleAddress: modules.slice(0, -1),
    mode: data ? 'data' : 'managed',
    type,
    name,
    index: number === undefined ? text : Number(number),
  };
}

export const refersTo = (...references: string[]) => ({ references });
export const constant = (value: unknown) => ({ constant_value: value });
