import { isRecord } from '@deployment-engine/terraform-code';
import { type CodeScope, evaluate, referencesIn, scopeOf, unknownIn } from './code-scope.ts';
import type { NormalisedResource, Values } from './normalised-resource.ts';
import { regionOf } from './region-of.ts';

export type ParsedCode = {
  /** Files of the root module, each as hcl2-parser's object or as Terraform JSON. */
  files: unknown[];
  /** Files of local modules, by the `source` in the calling module. */
  modules?: Record<string, unknown[]>;
  /** Values of input variables; they override the defaults. */
  variables?: Record<string, unknown>;
};

/** A module call whose code is not available, so its resources are missing from the list. */
export type UnfollowedModule = {
  address: string;
  /** As written in the call; `null` if it is an expression. */
  source: string | null;
};

export type CodeContent = {
  resources: NormalisedResource[];
  unfollowed: UnfollowedModule[];
};

/**
 * Builds the resource list from parsed code, before init. Resolves variables, locals and literals; other
 * expressions are unknown, and an unreadable `count` or `for_each` counts as one. Follows only modules in the
 * code itself.
 */
export function normaliseCode(code: ParsedCode): CodeContent {
  const unfollowed: UnfollowedModule[] = [];
  return {
    resources: inModule('', code.files, { ...code, unfollowed }, code.variables ?? {}, {}),
    unfollowed,
  };
}

function inModule(
  prefix: string,
  files: unknown[],
  code: ParsedCode & { unfollowed: UnfollowedModule[] },
  variables: Record<string, unknown>,
  inherited: Record<string, string | null>,
): NormalisedResource[] {
  const scope = scopeOf(files, variables);
  const regions = { ...inherited, ...providerRegions(files, scope) };
  const own = named(files, 'resource', 2).flatMap(([type = '', name = '', body]) =>
    instancesOf(body, scope).map((instance) => {
      return makeResource(`${prefix}${type}.${name}${instance.suffix}`, type, instance, prefix, regions);
    }),
  );
  const called = named(files, 'module', 1).flatMap(([name = '', body]) => {
    const source = typeof body.source === 'string' ? body.source : null;
    const content = source === null ? undefined : code.modules?.[source];
    return instancesOf(body, scope).flatMap(({ values, suffix }) => {
      const address = `${prefix}module.${name}${suffix}`;
      if (content !== undefined) return inModule(`${address}.`, content, code, values, regions);
      code.unfollowed.push({ address, source });
      return [];
    });
  });
  return [...own, ...called];
}

type Instance = {
  suffix: string;
  values: Values;
  unknown: Values;
  raw: Values;
};

function instancesOf(body: Values, scope: CodeScope): Instance[] {
  return keysOf(body, scope).map(({ suffix, each }) => {
    const values: Values = {};
    const unknown: Values = {};
    for (const [name, expression] of Object.entries(body)) {
      const value = evaluate(expression, { ...scope, each });
      if (value !== undefined) values[name] = value;
      const missing = unknownIn(expression, { ...scope, each });
      if (missing !== undefined) unknown[name] = missing;
    }
    return { suffix, values, unknown, raw: body };
  });
}

function keysOf(body: Values, scope: CodeScope): { suffix: string; each: CodeScope['each'] }[] {
  const count = evaluate(body.count, scope);
  if (typeof count === 'number' && Number.isInteger(count) && count >= 0) {
    return Array.from({ length: count }, (_, index) => ({ suffix: `[${index}]`, each: { index } }));
  }
  const each = evaluate(body.for_each, scope);
  const entries = Array.isArray(each)
    ? each.map((value): [string, unknown] => [String(value), value])
    : isRecord(each)
      ? Object.entries(each)
      : null;
  if (body.for_each === undefined || entries === null) return [{ suffix: '', each: {} }];
  return entries.map(([key, value]) => ({ suffix: `[${JSON.stringify(key)}]`, each: { key, value } }));
}

function makeResource(
  address: string,
  type: string,
  { values, unknown, raw }: Instance,
  prefix: string,
  regions: Record<string, string | null>,
): NormalisedResource {
  const provider = referencesIn(raw.provider)[0] ?? type.split('_')[0] ?? '';
  const region = regionOf(type, values) ?? regions[provider] ?? null;
  const references: Record<string, string[]> = {};
  collectReferences(raw, '', prefix, references);
  return { address, type, region, values, unknown, action: 'create', references };
}

/** Keyed by attribute path without indices, as in a plan. */
function collectReferences(
  expression: unknown,
  path: string,
  prefix: string,
  found: Record<string, string[]>,
): void {
  if (isRecord(expression)) {
    for (const [name, value] of Object.entries(expression)) {
      collectReferences(value, path === '' ? name : `${path}.${name}`, prefix, found);
    }
  } else if (Array.isArray(expression)) {
    for (const value of expression) collectReferences(value, path, prefix, found);
  } else {
    const own = referencesIn(expression).map((reference) => `${prefix}${reference}`);
    if (own.length > 0) found[path] = [...(found[path] ?? []), ...own];
  }
}

function providerRegions(files: unknown[], scope: CodeScope): Record<string, string | null> {
  const regions: Record<string, string | null> = {};
  for (const [name = '', body] of named(files, 'provider', 1)) {
    const region = evaluate(body.region ?? body.location, scope);
    const key = typeof body.alias === 'string' ? `${name}.${body.alias}` : name;
    regions[key] = typeof region === 'string' ? region : null;
  }
  return regions;
}

/** Returns the blocks of a kind with their labels; a label may hold one block or a list. */
function named(
  files: unknown[],
  kind: string,
  labels: 1 | 2,
): [string, Values][] | [string, string, Values][];
function named(files: unknown[], kind: 'resource', labels: 2): [string, string, Values][];
function named(files: unknown[], kind: string, labels: 1): [string, Values][];
function named(files: unknown[], kind: string, labels: 1 | 2): unknown {
  const found: unknown[][] = [];
  const walk = (node: unknown, path: string[]): void => {
    if (Array.isArray(node)) for (const entry of node) walk(entry, path);
    else if (!isRecord(node)) return;
    else if (path.length === labels) found.push([...path, node]);
    else for (const [label, entry] of Object.entries(node)) walk(entry, [...path, label]);
  };
  for (const file of files) if (isRecord(file)) walk(file[kind], []);
  return found;
}
