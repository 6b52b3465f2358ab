import {
  type ConfiguredModule,
  type ConfiguredResource,
  moduleNames,
  type PlanExpressions,
  type ProviderConfiguration,
  readPlanExpression,
  type TerraformPlan,
  withoutKeys,
} from '@deployment-engine/terraform-code';

export type ResourceReferences = {
  /** The module's path without instance keys, `[]` for the root module. */
  modulePath: string[];
  providerKey: string;
  /** References of each expression, by attribute path without indices. */
  references: Map<string, string[]>;
};

type CalledModule = {
  path: string[];
  body: ConfiguredModule;
  /** The call's expressions, by input variable. */
  inputs: PlanExpressions;
};

/** A plan's `configuration`: references between resources, and the provider of each. */
export class PlanConfiguration {
  readonly #resources = new Map<string, ResourceReferences>();
  readonly #modules = new Map<string, CalledModule>();
  readonly #providers: Record<string, ProviderConfiguration>;
  readonly #variables: NonNullable<TerraformPlan['variables']>;

  constructor({ configuration, variables = {} }: TerraformPlan) {
    this.#providers = configuration?.provider_config ?? {};
    this.#variables = variables;
    if (configuration?.root_module) this.#addModule([], configuration.root_module, {});
  }

  /** Finds a resource by its address without instance keys. */
  resource(configAddress: string): ResourceReferences | undefined {
    return this.#resources.get(configAddress);
  }

  /** Returns a provider configuration's region, resolving variables. */
  region(providerKey: string): string | null {
    const own = providerKey.split(':').at(-1) as string;
    const provider = this.#providers[providerKey] ?? this.#providers[own];
    const module = moduleNames(provider?.module_address ?? '');
    const value = this.#evaluate(provider?.expressions?.region, module);
    return typeof value === 'string' ? value : null;
  }

  /** Returns the addresses, without instance keys, of the resources behind a reference in a module. */
  targets(reference: string, modulePath: string[], depth = 0): string[] {
    if (depth > 20) return [];
    const parts = withoutKeys(reference).split('.');
    if (parts[0] === 'var') {
      const call = this.#modules.get(modulePath.join('.'));
      return referencesIn(call?.inputs[parts[1] ?? '']).flatMap((inner) =>
        this.targets(inner, modulePath.slice(0, -1), depth + 1),
      );
    }
    if (parts[0] === 'module') return this.#outputTargets(parts, modulePath, depth);
    const address = [...modulePath.map((name) => `module.${name}`), parts[0], parts[1]].join('.');
    return this.#resources.has(address) ? [address] : [];
  }

  #outputTargets(parts: string[], modulePath: string[], depth: number): string[] {
    const childPath = [...modulePath, parts[1] ?? ''];
    const child = this.#modules.get(childPath.join('.'));
    const output = child?.body.outputs?.[parts[2] ?? ''];
    return referencesIn(output?.expression).flatMap((inner) => this.targets(inner, childPath, depth + 1));
  }

  #addModule(path: string[], body: ConfiguredModule, inputs: PlanExpressions): void {
    this.#modules.set(path.join('.'), { path, body, inputs });
    const prefix = path.map((name) => `module.${name}.`).join('');
    for (const resource of body.resources ?? [])
      this.#resources.set(`${prefix}${resource.address}`, referencesOf(resource, path));
    for (const [name, { module, expressions = {} }] of Object.entries(body.module_calls ?? {}))
      if (module) this.#addModule([...path, name], module, expressions);
  }

  #evaluate(json: unknown, modulePath: string[]): unknown {
    const expression = readPlanExpression(json);
    if (expression?.kind !== 'value') return undefined;
    if (expression.constant !== undefined) return expression.constant;
    const name = expression.references.find((reference) => reference.startsWith('var.'))?.split('.')[1];
    if (name === undefined) return undefined;
    const module = this.#modules.get(modulePath.join('.'));
    if (modulePath.length > 0 && module !== undefined && name in module.inputs) {
      return this.#evaluate(module.inputs[name], modulePath.slice(0, -1));
    }
    const given = modulePath.length === 0 ? this.#variables[name] : undefined;
    return given ? given.value : module?.body.variables?.[name]?.default;
  }
}

function referencesOf(
  { provider_config_key: providerKey = '', expressions }: ConfiguredResource,
  modulePath: string[],
): ResourceReferences {
  const references = new Map<string, string[]>();
  collectReferences(expressions, '', references);
  return { modulePath, providerKey, references };
}

function referencesIn(json: unknown): string[] {
  const found = new Map<string, string[]>();
  collectReferences(json, '', found);
  return [...found.values()].flat();
}

function collectReferences(json: unknown, path: string, found: Map<string, string[]>): void {
  const expression = readPlanExpression(json);
  if (expression?.kind === 'blocks')
    for (const block of expression.blocks) collectReferences(block, path, found);
  if (expression?.kind === 'block')
    for (const [name, argument] of Object.entries(expression.arguments))
      collectReferences(argument, path === '' ? name : `${path}.${name}`, found);
  if (expression?.kind === 'value' && expression.references.length > 0)
    found.set(path, [...(found.get(path) ?? []), ...expression.references]);
}
