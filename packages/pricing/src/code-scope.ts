import { isRecord } from '@deployment-engine/terraform-code';

/** What an expression in a module may refer to. */
export type CodeScope = {
  variables: Record<string, unknown>;
  locals: Record<string, unknown>;
  /** Arguments of every resource without `count` or `for_each`, by `type.name`. */
  resources: Record<string, Record<string, unknown>>;
  each: { index?: number; key?: string; value?: unknown };
};

export function scopeOf(files: unknown[], given: Record<string, unknown>): CodeScope {
  const variables: Record<string, unknown> = {};
  const locals: Record<string, unknown> = {};
  for (const file of files.filter(isRecord)) {
    for (const declarations of listOf(file.variable)) {
      for (const [name, declaration] of Object.entries(declarations))
        variables[name] = listOf(declaration)[0]?.default;
    }
    for (const block of listOf(file.locals)) Object.assign(locals, block);
  }
  return { variables: { ...variables, ...given }, locals, resources: singleResources(files), each: {} };
}

function singleResources(files: unknown[]): CodeScope['resources'] {
  const blocks = files.filter(isRecord).flatMap(({ resource }) => listOf(resource));
  const named = blocks.flatMap((block) =>
    Object.entries(block).flatMap(([type, names]) =>
      listOf(names).flatMap((byName) =>
        Object.entries(byName).map(([name, body]) => [`${type}.${name}`, listOf(body)[0] ?? {}] as const),
      ),
    ),
  );
  return Object.fromEntries(
    named.filter(([, body]) => body.count === undefined && body.for_each === undefined),
  );
}

function listOf(value: unknown): Record<string, unknown>[] {
  return (Array.isArray(value) ? value : [value]).filter(isRecord);
}

/** Evaluates an expression; `undefined` unless variables, locals, literals and arguments suffice. */
export function evaluate(expression: unknown, scope: CodeScope, depth = 0): unknown {
  if (depth > 20) return undefined;
  if (typeof expression === 'string') return evaluateText(expression, scope, depth);
  if (Array.isArray(expression)) {
    const values = expression.map((entry) => evaluate(entry, scope, depth + 1));
    return values.includes(undefined) ? undefined : values;
  }
  if (!isRecord(expression)) return expression;
  const entries = Object.entries(expression).map(([name, value]) => [
    name,
    evaluate(value, scope, depth + 1),
  ]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** Returns what stays unknown in an expression, in the shape of a plan's `after_unknown`. */
export function unknownIn(expression: unknown, scope: CodeScope): unknown {
  if (Array.isArray(expression)) {
    const parts = expression.map((entry) => unknownIn(entry, scope) ?? (isRecord(entry) ? {} : false));
    return parts.some((part) => part === true || (isRecord(part) && Object.keys(part).length > 0))
      ? parts
      : undefined;
  }
  if (!isRecord(expression)) return evaluate(expression, scope) === undefined ? true : undefined;
  const parts = Object.entries(expression).map(([name, value]) => [name, unknownIn(value, scope)]);
  const unknown = parts.filter(([, value]) => value !== undefined);
  return unknown.length > 0 ? Object.fromEntries(unknown) : undefined;
}

function evaluateText(text: string, scope: CodeScope, depth: number): unknown {
  const whole = /^\$\{([^{}]*)\}$/.exec(text.trim());
  if (whole !== null) return evaluatePath((whole[1] ?? '').trim(), scope, depth);
  let isKnown = true;
  const filled = text.replace(/\$\{([^{}]*)\}/g, (_, inner: string) => {
    const value = evaluatePath(inner.trim(), scope, depth);
    if (typeof value !== 'string' && typeof value !== 'number') isKnown = false;
    return String(value);
  });
  return isKnown && !filled.includes('${') ? filled : undefined;
}

function evaluatePath(path: string, scope: CodeScope, depth: number): unknown {
  const set = /^toset\((.*)\)$/s.exec(path);
  if (set !== null) return evaluatePath((set[1] ?? '').trim(), scope, depth);
  try {
    return JSON.parse(path);
  } catch {
    const [root, name = '', ...rest] = path.split('.');
    let value: unknown;
    if (root === 'var') value = evaluate(scope.variables[name], scope, depth + 1);
    else if (root === 'local') value = evaluate(scope.locals[name], scope, depth + 1);
    else if (root === 'each') value = name === 'key' ? scope.each.key : scope.each.value;
    else if (path === 'count.index') return scope.each.index;
    else value = evaluate(scope.resources[`${root}.${name}`]?.[rest.shift() ?? ''], scope, depth + 1);
    for (const part of rest) value = isRecord(value) ? value[part] : undefined;
    return value;
  }
}

/** Returns the resources and providers that an expression refers to, as `type.name`. */
export function referencesIn(expression: unknown): string[] {
  if (Array.isArray(expression)) return expression.flatMap(referencesIn);
  if (isRecord(expression)) return Object.values(expression).flatMap(referencesIn);
  if (typeof expression !== 'string' || !/[$.]/.test(expression)) return [];
  const inner = [...expression.matchAll(/\$\{([^{}]*)\}/g)].map((match) => match[1] ?? '');
  const texts = inner.length > 0 ? inner : /^[a-z][\w-]*\.[\w-]+$/.test(expression) ? [expression] : [];
  return texts.flatMap((text) => {
    const found = text.matchAll(/\b([a-z][a-z0-9]*(?:_[a-z0-9]+)*)\.([A-Za-z_][\w-]*)/g);
    return [...found]
      .map((match) => `${match[1]}.${match[2]}`)
      .filter((name) => !/^(var|local|each|count|data|module|path)\./.test(name));
  });
}
