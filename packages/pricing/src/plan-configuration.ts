import { isRecord } from './resource-reader.ts';

export type ConfiguredResource = {
  /** The module's path without instance keys, `[]` for the root module. */
  modulePath: string[];
  providerKey: string;
  /** References of each expression, by attribute path without indices. */
  references: Map<string, string[]>;
};

type ConfiguredModule = {
  path: string[];
  body: Record<string, unknown>;
  /** The call's expressions, by input variable. */
  inputs: Record<string, unknown>;
};

/** A plan's `configuration`: references between resources, and the provider of each. */
export class PlanConfiguration {
  readonly #resources = new Map<string, ConfiguredResource>();
  readonly #modules = new Map<string, ConfiguredModule>();
  readonly #providers: Record<string, unknown>;
  readonly #variables: Record<string, unknown>;

  constructor(plan: Record<string, unknown>) {
    const configuration = isRecord(plan.configuration) ? plan.configuration : {};
    this.#providers = isRecord(configuration.provider_config) ? configuration.provider_config : {};
    this.#variables = isRecord(plan.variables) ? plan.variables : {};
    if (isRecord(configuration.root_module)) this.#addModule([], configuration.root_module, {});
  }

  /** Finds a resource by its address without instance keys. */
  resource(configAddress: string): ConfiguredResource | undefined {
    return this.#resources.get(configAddress);
  }

  /** Returns a provider configuration's region, resolving variables. */
  region(providerKey: string): string | null {
    const own = providerKey.split(':').at(-1) as string;
    const provider = this.#providers[providerKey] ?? this.#providers[own];
    if (!isRecord(provider) || !isRecord(provider.expressions)) return null;
    const module = typeof provider.module_address === 'string' ? moduleNames(provider.module_address) : [];
    const value = this.#evaluate(provider.expressions.region, module);
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
    const outputs = isRecord(child?.body.outputs) ? child.body.outputs : {};
    const output = outputs[parts[2] ?? ''];
    const expression = isRecord(output) ? output.expression : undefined;
    return referencesIn(expression).flatMap((inner) => this.targets(inner, childPath, depth + 1));
  }

  #addModule(path: string[], body: Record<string, unknown>, inputs: Record<string, unknown>): void {
    this.#modules.set(path.join('.'), { path, body, inputs });
    const prefix = path.map((name) => `module.${name}.`).join('');
    for (const resource of Array.isArray(body.resources) ? body.resources : []) {
      if (!isRecord(resource)) continue;
      const references = new Map<string, string[]>();
      collectReferences(resource.expressions, '', references);
      const providerKey = String(resource.provider_config_key ?? '');
      this.#resources.set(`${prefix}${resource.address}`, { modulePath: path, providerKey, references });
    }
    const calls = isRecord(body.module_calls) ? body.module_calls : {};
    for (const [name, call] of Object.entries(calls)) {
      if (!isRecord(call) || !isRecord(call.module)) continue;
      this.#addModule([...path, name], call.module, isRecord(call.expressions) ? call.expressions : {});
    }
  }

  #evaluate(expression: unknown, modulePath: string[]): unknown {
    if (!isRecord(expression)) return undefined;
    if ('constant_value' in expression) return expression.constant_value;
    const name = referencesIn(expression)
      .find((reference) => reference.startsWith('var.'))
      ?.split('.')[1];
    if (name === undefined) return undefined;
    const module = this.#modules.get(modulePath.join('.'));
    if (modulePath.length > 0 && module !== undefined && name in module.inputs) {
      return this.#evaluate(module.inputs[name], modulePath.slice(0, -1));
    }
    const given = modulePath.length === 0 ? this.#variables[name] : undefined;
    if (isRecord(given)) return given.value;
    const declared = isRecord(module?.body.variables) ? module.body.variables[name] : undefined;
    return isRecord(declared) ? declared.default : undefined;
  }
}

/** `module.a["x"].aws_instance.b[0]` → `module.a.aws_instance.b`. */
export function withoutKeys(address: string): string {
  if (!address.includes('[')) return address;
  return address.replace(/\[(?:"(?:[^"\\]|\\.)*"|[^\]]*)\]/g, '');
}

export function moduleNames(moduleAddress: string): string[] {
  return withoutKeys(moduleAddress)
    .split('.')
    .filter((_, index) => index % 2 === 1);
}

function referencesIn(expression: unknown): string[] {
  const found = new Map<string, string[]>();
  collectReferences(expression, '', found);
  return [...found.values()].flat();
}

function collectReferences(expression: unknown, path: string, found: Map<string, string[]>): void {
  if (Array.isArray(expression)) {
    for (const entry of expression) collectReferences(entry, path, found);
  } else if (isRecord(expression)) {
    if (Array.isArray(expression.references)) {
      found.set(path, [...(found.get(path) ?? []), ...expression.references.map(String)]);
    } else if (!('constant_value' in expression)) {
      for (const [name, value] of Object.entries(expression)) {
        collectReferences(value, path === '' ? name : `${path}.${name}`, found);
      }
    }
  }
}
