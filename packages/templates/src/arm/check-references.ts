import { isRecord } from '@deployment-engine/terraform-code';
import { TemplateError } from '../template-error.ts';
import { type ArmExpression, ExpressionError, isExpression, parseExpression } from './expression.ts';
import type { Located } from './read-json.ts';
import type { ArmTemplate } from './read-template.ts';

type Walk = {
  lineOf: Located['lineOf'];
  /** Names in lower case, as Azure compares them; `undefined` where names mean something else. */
  declared: { parameters: Set<string>; variables: Set<string> } | undefined;
  found(reference: Reference): void;
};

type Reference = { kind: 'parameters' | 'variables'; name: string };

/**
 * Parses every expression of a template. Throws `TemplateError` with the line for one that is wrong, for a parameter or variable that
 * is not declared, and for variables that depend on themselves.
 */
export function requireReferences(
  template: Record<string, unknown>,
  { parameters, variables }: Pick<ArmTemplate, 'parameters' | 'variables'>,
  { lineOf }: Located,
): void {
  const declared = {
    parameters: lowerCase([...parameters.keys()]),
    variables: lowerCase([...Object.keys(variables), ...copiedVariables(variables)]),
  };
  for (const [name, value] of Object.entries(template)) {
    // Functions of the template have parameters of their own.
    const own = name === 'functions' ? undefined : declared;
    walk(value, lineOf(template, name), { lineOf, declared: own, found: () => {} });
  }
  requireNoCycle(variables, lineOf);
}

function lowerCase(names: string[]): Set<string> {
  return new Set(names.map((name) => name.toLowerCase()));
}

/** `copy` among the variables declares others. */
function copiedVariables({ copy }: Record<string, unknown>): string[] {
  return Array.isArray(copy) ? copy.flatMap((one) => (isRecord(one) ? [String(one.name)] : [])) : [];
}

function walk(value: unknown, line: number | undefined, context: Walk): void {
  if (typeof value === 'string' && isExpression(value)) check(value, line, context);
  if (typeof value !== 'object' || value === null) return;
  const isNested = isRecord(value) && /^microsoft\.resources\/deployments$/i.test(String(value.type));
  for (const [key, item] of Object.entries(value)) {
    const itemLine = context.lineOf(value, Array.isArray(value) ? Number(key) : key);
    // A nested template has parameters and variables of its own.
    const inside = isNested && key === 'properties' ? { ...context, declared: undefined } : context;
    walk(item, itemLine ?? line, inside);
  }
}

function check(text: string, line: number | undefined, { declared, found }: Walk): void {
  for (const reference of referencesIn(parsed(text, line))) {
    const { kind, name } = reference;
    if (declared && !declared[kind].has(name.toLowerCase()))
      throw new TemplateError(`${kind}('${name.slice(0, 100)}') is not among its ${kind}`, { line });
    found(reference);
  }
}

function parsed(text: string, line: number | undefined): ArmExpression {
  try {
    return parseExpression(text);
  } catch (error) {
    throw error instanceof ExpressionError ? new TemplateError(error.message, { line }) : error;
  }
}

function referencesIn(expression: ArmExpression): Reference[] {
  if (expression.kind === 'literal') return [];
  if (expression.kind === 'access') return [...referencesIn(expression.of), ...referencesIn(expression.key)];
  const kind = expression.name.toLowerCase();
  const [first] = expression.arguments;
  const inner = expression.arguments.flatMap(referencesIn);
  const isReference = kind === 'parameters' || kind === 'variables';
  return isReference && first?.kind === 'literal' ? [...inner, { kind, name: String(first.value) }] : inner;
}

function requireNoCycle(variables: Record<string, unknown>, lineOf: Located['lineOf']): void {
  const needs = new Map(
    Object.entries(variables).map(([name, value]) => [name.toLowerCase(), neededBy(value)]),
  );
  const done = new Set<string>();
  for (const name of Object.keys(variables)) {
    const cycle = cycleFrom(name.toLowerCase(), needs, done);
    if (cycle)
      throw new TemplateError(`the variable ${name} depends on itself`, { line: lineOf(variables, name) });
  }
}

function neededBy(value: unknown): string[] {
  const needed: string[] = [];
  const found = ({ kind, name }: Reference) => {
    if (kind === 'variables') needed.push(name.toLowerCase());
  };
  walk(value, undefined, { lineOf: () => undefined, declared: undefined, found });
  return needed;
}

/** Follows variables without recursion: a chain of 256 is allowed. */
function cycleFrom(start: string, needs: ReadonlyMap<string, string[]>, done: Set<string>): boolean {
  const open = new Set<string>();
  const stack: [name: string, isLeaving: boolean][] = [[start, false]];
  for (let next = stack.pop(); next; next = stack.pop()) {
    const [name, isLeaving] = next;
    if (isLeaving) {
      open.delete(name);
      done.add(name);
      continue;
    }
    if (open.has(name)) return true;
    if (done.has(name)) continue;
    open.add(name);
    stack.push([name, true], ...(needs.get(name) ?? []).map((one): [string, boolean] => [one, false]));
  }
  return false;
}
