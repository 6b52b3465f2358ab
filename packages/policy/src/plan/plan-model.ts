import { asArray, asRecord, asString, strings } from './plan-json.ts';
import { PlannedValue } from './planned-value.ts';

export type PlannedResource = {
  address: string;
  type: string;
  name: string;
  mode: 'managed' | 'data';
  /** With instance keys, for example `module.a["x"]`; empty in the root. */
  moduleAddress: string;
  /** Names of the enclosing modules, joined by dots, without keys. */
  modulePath: string;
  /** Instance key of `count` or `for_each`. */
  key: string | number | null;
  provider: string;
  actions: string[];
  /** Import of the resource; `id` is `null` if it is imported by identity. */
  importing: { id: string | null } | null;
  previousAddress: string | null;
  before: unknown;
  after: unknown;
  afterUnknown: unknown;
  attributes: PlannedValue;
  /** The resource in the plan's `configuration`; empty if it is not there. */
  configuration: Record<string, unknown>;
};

export type PlanModel = {
  /** Every managed resource of the plan, including those deleted. */
  changes: PlannedResource[];
  /** Managed resources that exist after the plan; rules check these. */
  resources: PlannedResource[];
  byType: Map<string, PlannedResource[]>;
  /** Module path and address, without keys, of everything in the plan. */
  addresses: Set<string>;
  /** Data sources that are read during apply. */
  data: PlannedResource[];
  modules: Map<string, ModuleConfiguration>;
  /** Values of the root module's variables. */
  variables: Record<string, unknown>;
  /** Provider configurations by their keys, for example `aws.west` or `module.a:aws`. */
  providers: Map<string, Record<string, unknown>>;
};

/** One module of the plan's `configuration`. */
export type ModuleConfiguration = {
  path: string;
  parent: string | null;
  /** Arguments of the module call; empty in the root. */
  arguments: Record<string, unknown>;
  variables: Record<string, unknown>;
  outputs: Record<string, unknown>;
  resources: Map<string, Record<string, unknown>>;
};

const maxModuleDepth = 50;

export function readPlan(planJson: unknown): PlanModel {
  const plan = asRecord(planJson);
  const configuration = asRecord(plan.configuration);
  const modules = new Map<string, ModuleConfiguration>();
  readModule(modules, asRecord(configuration.root_module), '', null, {}, 0);
  const all = asArray(plan.resource_changes).map((change) => readChange(asRecord(change), modules));
  const changes = all.filter(({ mode }) => mode === 'managed');
  const resources = changes.filter(({ actions }) => !isGone(actions));
  return {
    changes,
    resources,
    byType: Map.groupBy(resources, ({ type }) => type),
    addresses: new Set(changes.map(({ modulePath, type, name }) => `${modulePath} ${type}.${name}`)),
    data: all.filter(({ mode }) => mode === 'data'),
    modules,
    variables: Object.fromEntries(
      Object.entries(asRecord(plan.variables)).map(([name, variable]) => [name, asRecord(variable).value]),
    ),
    providers: new Map(
      Object.entries(asRecord(configuration.provider_config)).map(([key, provider]) => [
        key,
        asRecord(provider),
      ]),
    ),
  };
}

function isGone(actions: string[]): boolean {
  return !actions.includes('create') && (actions.includes('delete') || actions.includes('forget'));
}

function readModule(
  modules: Map<string, ModuleConfiguration>,
  source: Record<string, unknown>,
  path: string,
  parent: string | null,
  callArguments: Record<string, unknown>,
  depth: number,
): void {
  const resources = asArray(source.resources).map(asRecord);
  modules.set(path, {
    path,
    parent,
    arguments: callArguments,
    variables: asRecord(source.variables),
    outputs: asRecord(source.outputs),
    resources: new Map(resources.map((resource) => [asString(resource.address), resource])),
  });
  if (depth >= maxModuleDepth) return;
  for (const [name, call] of Object.entries(asRecord(source.module_calls))) {
    const { module, expressions } = asRecord(call);
    const childPath = path === '' ? name : `${path}.${name}`;
    readModule(modules, asRecord(module), childPath, path, asRecord(expressions), depth + 1);
  }
}

function readChange(
  source: Record<string, unknown>,
  modules: Map<string, ModuleConfiguration>,
): PlannedResource {
  const change = asRecord(source.change);
  const [type, name] = [asString(source.type), asString(source.name)];
  const mode = source.mode === 'data' ? 'data' : 'managed';
  const moduleAddress = asString(source.module_address);
  const modulePath = modulePathOf(moduleAddress);
  const address = mode === 'data' ? `data.${type}.${name}` : `${type}.${name}`;
  const configuration = modules.get(modulePath)?.resources.get(address) ?? {};
  const { index } = source;
  return {
    address: asString(source.address),
    type,
    name,
    mode,
    moduleAddress,
    modulePath,
    key: typeof index === 'string' || typeof index === 'number' ? index : null,
    provider: asString(source.provider_name),
    actions: strings(change.actions),
    importing: readImport(change.importing),
    previousAddress: typeof source.previous_address === 'string' ? source.previous_address : null,
    before: change.before,
    after: change.after,
    afterUnknown: change.after_unknown,
    attributes: new PlannedValue(change.after, change.after_unknown, configuration.expressions),
    configuration,
  };
}

function readImport(importing: unknown): PlannedResource['importing'] {
  if (importing === undefined || importing === null) return null;
  const { id } = asRecord(importing);
  return { id: typeof id === 'string' ? id : null };
}

/** `module.a["x.y"].module.b[0]` → `a.b`. Keys may hold dots and escaped quotes. */
export function modulePathOf(address: string): string {
  const plain = address.replace(/\[(?:"(?:[^"\\]|\\.)*"|[^\]]*)\]/g, '');
  return plain
    .split('.')
    .filter((_, index) => index % 2 === 1)
    .join('.');
}
