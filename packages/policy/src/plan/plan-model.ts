import { bucketObjects, type Holder, templateInBucket } from '@deployment-engine/templates';
import {
  type ConfiguredModule,
  type ConfiguredResource,
  moduleNames,
  type PlanExpressions,
  type PlannedChange,
  type ProviderConfiguration,
  type TerraformPlan,
} from '@deployment-engine/terraform-code';
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
  configuration: Partial<ConfiguredResource>;
  /** The template of a stack, if another resource of the plan contains it. */
  template?: string | undefined;
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
  providers: Map<string, ProviderConfiguration>;
};

/** One module of the plan's `configuration`. */
export type ModuleConfiguration = {
  path: string;
  parent: string | null;
  /** Arguments of the module call; empty in the root. */
  arguments: PlanExpressions;
  variables: NonNullable<ConfiguredModule['variables']>;
  outputs: NonNullable<ConfiguredModule['outputs']>;
  resources: Map<string, ConfiguredResource>;
};

const maxModuleDepth = 50;

export function readPlan(plan: TerraformPlan): PlanModel {
  const { provider_config: providers = {}, root_module: root = {} } = plan.configuration ?? {};
  const modules = new Map<string, ModuleConfiguration>();
  readModule(modules, root, { path: '', parent: null, callArguments: {}, depth: 0 });
  const all = (plan.resource_changes ?? []).map((change) => readChange(change, modules));
  const changes = all.filter(({ mode }) => mode === 'managed');
  const resources = changes.filter(({ actions }) => !isGone(actions));
  const objects = bucketObjects(resources.map(asHolder));
  for (const resource of resources) resource.template = templateInBucket(asHolder(resource), objects);
  return {
    changes,
    resources,
    byType: Map.groupBy(resources, ({ type }) => type),
    addresses: new Set(changes.map(({ modulePath, type, name }) => `${modulePath} ${type}.${name}`)),
    data: all.filter(({ mode }) => mode === 'data'),
    modules,
    variables: Object.fromEntries(
      Object.entries(plan.variables ?? {}).map(([name, { value }]) => [name, value]),
    ),
    providers: new Map(Object.entries(providers)),
  };
}

/** Returns a resource as templates read it. */
export function asHolder({ type, after: values, afterUnknown: unknown }: PlannedResource): Holder {
  return { type, values, unknown };
}

function isGone(actions: string[]): boolean {
  return !actions.includes('create') && (actions.includes('delete') || actions.includes('forget'));
}

type ModulePlace = { path: string; parent: string | null; callArguments: PlanExpressions; depth: number };

function readModule(
  modules: Map<string, ModuleConfiguration>,
  source: ConfiguredModule,
  { path, parent, callArguments, depth }: ModulePlace,
): void {
  modules.set(path, {
    path,
    parent,
    arguments: callArguments,
    variables: source.variables ?? {},
    outputs: source.outputs ?? {},
    resources: new Map((source.resources ?? []).map((resource) => [resource.address, resource])),
  });
  if (depth >= maxModuleDepth) return;
  for (const [name, { module = {}, expressions = {} }] of Object.entries(source.module_calls ?? {})) {
    const childPath = path === '' ? name : `${path}.${name}`;
    readModule(modules, module, {
      path: childPath,
      parent: path,
      callArguments: expressions,
      depth: depth + 1,
    });
  }
}

function readChange(source: PlannedChange, modules: Map<string, ModuleConfiguration>): PlannedResource {
  const { address, type, name, change } = source;
  const mode = source.mode === 'data' ? 'data' : 'managed';
  const moduleAddress = source.module_address ?? '';
  const modulePath = modulePathOf(moduleAddress);
  const addressInModule = mode === 'data' ? `data.${type}.${name}` : `${type}.${name}`;
  const configuration: Partial<ConfiguredResource> =
    modules.get(modulePath)?.resources.get(addressInModule) ?? {};
  return {
    address,
    type,
    name,
    mode,
    moduleAddress,
    modulePath,
    key: source.index ?? null,
    provider: source.provider_name ?? '',
    actions: change.actions,
    importing: change.importing ? { id: change.importing.id ?? null } : null,
    previousAddress: source.previous_address ?? null,
    before: change.before,
    after: change.after,
    afterUnknown: change.after_unknown,
    attributes: new PlannedValue(change.after, change.after_unknown, configuration.expressions),
    configuration,
  };
}

/** `module.a["x.y"].module.b[0]` → `a.b`. */
export function modulePathOf(moduleAddress: string): string {
  return moduleNames(moduleAddress).join('.');
}
