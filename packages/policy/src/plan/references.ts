import { readPlanExpression } from '@deployment-engine/terraform-code';
import type { PlanModel, PlannedResource } from './plan-model.ts';

/** References of an expression, with variables and outputs followed through modules. */
export type References = {
  /** Resources and data sources. */
  resources: ResourceReference[];
  /** Root variables, and variables of modules whose default is used. */
  variables: { modulePath: string; name: string }[];
  /** Constants passed by a module call. */
  constants: unknown[];
  /** Paths of modules with a local in between; the plan does not contain the values of locals. */
  localsOf: string[];
  /** True if an instance key (`each.key`, `count.index`) selects the value. */
  byInstanceKey: boolean;
  /** True if it contains `each.value`. */
  byInstanceValue: boolean;
};

export type ResourceReference = {
  modulePath: string;
  /** `type.name`, or `data.type.name`. */
  address: string;
  /** Key of the instance, if given. */
  key: string | number | null;
  /** Call and key of the module, for example `module.a["x"]`, if an instance is given. */
  moduleInstance: string | null;
};

const maxSteps = 500;

export function referencesOf(plan: PlanModel, resource: PlannedResource, expression: unknown): References {
  const found = empty();
  const walk = new Walk(plan, found);
  walk.expression(expression, resource.modulePath);
  if (found.byInstanceKey)
    for (const loop of [resource.configuration.for_each_expression, resource.configuration.count_expression])
      walk.expression(loop, resource.modulePath);
  return found;
}

function empty(): References {
  return {
    resources: [],
    variables: [],
    constants: [],
    localsOf: [],
    byInstanceKey: false,
    byInstanceValue: false,
  };
}

class Walk {
  readonly #plan: PlanModel;
  readonly #found: References;
  #steps = 0;
  #moduleInstance: string | null = null;

  constructor(plan: PlanModel, found: References) {
    this.#plan = plan;
    this.#found = found;
  }

  /** Collects the references of an expression, or of the expressions in nested blocks. */
  expression(expression: unknown, modulePath: string): void {
    const read = this.#steps++ > maxSteps ? undefined : readPlanExpression(expression);
    if (read?.kind === 'blocks') for (const block of read.blocks) this.expression(block, modulePath);
    if (read?.kind === 'block')
      for (const argument of Object.values(read.arguments)) this.expression(argument, modulePath);
    if (read?.kind !== 'value') return;
    if (read.constant !== undefined) this.#found.constants.push(read.constant);
    else this.#references(read.references, modulePath);
  }

  #references(references: string[], modulePath: string): void {
    for (const reference of mostSpecific(references.slice(0, maxSteps))) {
      if (this.#steps++ > maxSteps) return;
      const parts = splitReference(reference);
      const [root = '', name = ''] = parts.map(({ name }) => name);
      if (root === 'var') this.#variable(name, modulePath);
      else if (root === 'local') this.#found.localsOf.push(modulePath);
      else if (root === 'each' || root === 'count') this.#instanceKey(name);
      else if (root === 'module') this.#output(parts, modulePath);
      else if (!['path', 'terraform', 'self'].includes(root)) this.#resource(parts, modulePath);
    }
  }

  #variable(name: string, modulePath: string): void {
    const module = this.#plan.modules.get(modulePath);
    if (module?.parent === null || module === undefined) this.#found.variables.push({ modulePath, name });
    else if (Object.hasOwn(module.arguments, name)) this.expression(module.arguments[name], module.parent);
    else this.#found.variables.push({ modulePath, name });
  }

  #instanceKey(name: string): void {
    this.#found.byInstanceKey = true;
    if (name === 'value') this.#found.byInstanceValue = true;
  }

  /** If the module's key is an expression, Terraform lists no output: all outputs count. */
  #output([, call, output]: ReferencePart[], modulePath: string): void {
    const module = call?.name ?? '';
    const path = modulePath === '' ? module : `${modulePath}.${module}`;
    const outputs = this.#plan.modules.get(path)?.outputs ?? {};
    const outer = this.#moduleInstance;
    const key = call?.key ?? null;
    if (key !== null) this.#moduleInstance = `module.${module}[${JSON.stringify(key)}]`;
    for (const [name, { expression }] of Object.entries(outputs))
      if (output === undefined || output.name === name) this.expression(expression, path);
    this.#moduleInstance = outer;
  }

  #resource(parts: ReferencePart[], modulePath: string): void {
    const length = parts[0]?.name === 'data' ? 3 : 2;
    if (parts.length < length) return;
    const address = parts
      .slice(0, length)
      .map(({ name }) => name)
      .join('.');
    const key = parts[length - 1]?.key ?? null;
    this.#found.resources.push({ modulePath, address, key, moduleInstance: this.#moduleInstance });
  }
}

/** Removes parents, which Terraform lists too: `a.b[0].id`, `a.b[0]`, `a.b`. */
function mostSpecific(references: string[]): string[] {
  const parents = new Set(
    references.flatMap((reference) =>
      [...reference.matchAll(/[.[]/g)].map(({ index }) => reference.slice(0, index)),
    ),
  );
  return references.filter((reference) => !parents.has(reference));
}

type ReferencePart = { name: string; key: string | number | null };

/** Splits `aws_s3_bucket.b["x"].id` into names with the key that follows each. */
function splitReference(reference: string): ReferencePart[] {
  return [...reference.matchAll(/([^.[\]"]+)(?:\[(?:"((?:[^"\\]|\\.)*)"|(\d+))\])?/g)].map(
    ([, name = '', text, number]) => ({ name, key: number === undefined ? (text ?? null) : Number(number) }),
  );
}
