import { asRecord, asString, strings } from './plan-json.ts';
import type { PlanModel, PlannedResource } from './plan-model.ts';

/** What an expression refers to, with variables and outputs followed through the modules. */
export type References = {
  /** Resources and data sources by module path and address (`data.t.n` for data), with the key if it is named. */
  resources: { modulePath: string; address: string; key: string | number | null }[];
  /** Root variables, and variables of modules whose default is used. */
  variables: { modulePath: string; name: string }[];
  /** Constants that a module call passes. */
  constants: unknown[];
  /** True where a local stands in between: the plan does not say what is in it. */
  throughLocal: boolean;
  /** True where the key of an instance (`each.key`, `count.index`) chooses. */
  byInstanceKey: boolean;
};

const maxSteps = 500;

export function referencesOf(plan: PlanModel, resource: PlannedResource, expression: unknown): References {
  const found = empty();
  const walk = new Walk(plan, found);
  walk.expression(expression, resource.modulePath);
  if (found.byInstanceKey)
    for (const loop of ['for_each_expression', 'count_expression'])
      walk.expression(resource.configuration[loop], resource.modulePath);
  return found;
}

function empty(): References {
  return { resources: [], variables: [], constants: [], throughLocal: false, byInstanceKey: false };
}

class Walk {
  private readonly plan: PlanModel;
  private readonly found: References;
  private steps = 0;

  constructor(plan: PlanModel, found: References) {
    this.plan = plan;
    this.found = found;
  }

  /** Everything an expression, or the expressions of nested blocks, refers to. */
  expression(expression: unknown, modulePath: string): void {
    if (this.steps++ > maxSteps || typeof expression !== 'object' || expression === null) return;
    if (Array.isArray(expression)) {
      for (const item of expression) this.expression(item, modulePath);
      return;
    }
    const record = asRecord(expression);
    if ('constant_value' in record) this.found.constants.push(record.constant_value);
    else if ('references' in record) this.references(strings(record.references), modulePath);
    else for (const item of Object.values(record)) this.expression(item, modulePath);
  }

  private references(references: string[], modulePath: string): void {
    for (const reference of references) {
      if (this.steps++ > maxSteps) return;
      const parts = splitReference(reference);
      const [root = '', name = ''] = parts.map(({ name }) => name);
      if (root === 'var') this.variable(name, modulePath);
      else if (root === 'local') this.found.throughLocal = true;
      else if (root === 'each' || root === 'count') this.found.byInstanceKey = true;
      else if (root === 'module') this.output(name, parts[2]?.name, modulePath);
      else if (!['path', 'terraform', 'self'].includes(root)) this.resource(parts, modulePath);
    }
  }

  private variable(name: string, modulePath: string): void {
    const module = this.plan.modules.get(modulePath);
    if (module?.parent === null || module === undefined) this.found.variables.push({ modulePath, name });
    else if (Object.hasOwn(module.arguments, name)) this.expression(module.arguments[name], module.parent);
    else this.found.variables.push({ modulePath, name });
  }

  private output(module: string, output: string | undefined, modulePath: string): void {
    const path = modulePath === '' ? module : `${modulePath}.${module}`;
    if (output === undefined) return;
    this.expression(asRecord(this.plan.modules.get(path)?.outputs[output]).expression, path);
  }

  private resource(parts: ReferencePart[], modulePath: string): void {
    const length = parts[0]?.name === 'data' ? 3 : 2;
    if (parts.length < length) return;
    const address = parts
      .slice(0, length)
      .map(({ name }) => name)
      .join('.');
    this.found.resources.push({ modulePath, address, key: parts[length - 1]?.key ?? null });
  }
}

type ReferencePart = { name: string; key: string | number | null };

/** `aws_s3_bucket.b["x"].id` → names with the key that follows them. */
function splitReference(reference: string): ReferencePart[] {
  return [...reference.matchAll(/([^.[\]"]+)(?:\[(?:"((?:[^"\\]|\\.)*)"|(\d+))\])?/g)].map(
    ([, name = '', text, number]) => ({ name, key: number === undefined ? (text ?? null) : Number(number) }),
  );
}

/**
 * Whether `argument` of one resource names another one: by reference, or by equal known values. `maybe` where a
 * local hides it.
 */
export function isLinked(
  plan: PlanModel,
  from: PlannedResource,
  argument: string,
  to: PlannedResource,
): 'yes' | 'no' | 'maybe' {
  const value = asString(asRecord(from.after)[argument]);
  const names = ['id', 'arn', 'bucket', 'name', 'name_prefix'].map((name) =>
    asString(asRecord(to.after)[name]),
  );
  if (value !== '' && names.includes(value)) return 'yes';
  const references = referencesOf(plan, from, asRecord(from.configuration.expressions)[argument]);
  const target = `${to.type}.${to.name}`;
  const matching = references.resources.filter(
    ({ modulePath, address }) => modulePath === to.modulePath && address === target,
  );
  const keys = matching.map(({ key }) => key).filter((key) => key !== null);
  const named = keys.length === 0 ? matching.length > 0 : keys.some((key) => key === to.key);
  const sameKey = !references.byInstanceKey || from.key === null || to.key === null || from.key === to.key;
  const sameModule = from.modulePath !== to.modulePath || from.moduleAddress === to.moduleAddress;
  if (named && sameKey && sameModule) return 'yes';
  const mayBeLocal = references.throughLocal && value === '' && from.moduleAddress === to.moduleAddress;
  return mayBeLocal ? 'maybe' : 'no';
}

/** Resources of the given types whose argument names `to`, and those that a local may make name it. */
export function linkedTo(
  plan: PlanModel,
  to: PlannedResource,
  sources: Readonly<Record<string, string>>,
): PlannedResource[] {
  return Object.entries(sources).flatMap(([type, argument]) =>
    (plan.byType.get(type) ?? []).filter((from) => isLinked(plan, from, argument, to) !== 'no'),
  );
}
