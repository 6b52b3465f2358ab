import { isRecord } from '@deployment-engine/terraform-code';
import { maxProblems, type ParameterProblem, unknownParameters } from '../parameter-problems.ts';
import { Unknown } from '../unknown.ts';
import type { CloudFormationTemplate } from './read-template.ts';

/** Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const maxValueBytes = 4096;
/** Allowed values that a message names. */
const maxNamed = 50;

export type CheckedParameters = {
  /** Values by name, defaults included, in the form that `Ref` gives. */
  values: Map<string, unknown>;
  /** Parameters whose values are secret (`NoEcho`). */
  secret: string[];
  problems: ParameterProblem[];
};

/**
 * Checks given values against the template's parameters, before anything runs: missing and unknown ones, type, allowed values,
 * lengths and limits. Messages contain no value. CloudFormation checks patterns: a hostile one could take the engine hours.
 */
export function checkParameters(
  { parameters }: CloudFormationTemplate,
  given: Readonly<Record<string, unknown>>,
): CheckedParameters {
  const names = [...parameters.keys()];
  const problems = unknownParameters(Object.keys(given), (name) => parameters.has(name), names);
  const checked: CheckedParameters = { values: new Map(), secret: [], problems };
  for (const [name, definition] of parameters) {
    if (isTrue(definition.NoEcho)) checked.secret.push(name);
    const value = Object.hasOwn(given, name) ? given[name] : definition.Default;
    const problem =
      value === undefined ? 'it has no value and no default; give one' : problemOf(definition, value);
    if (problem) problems.push({ parameter: name, problem });
    else checked.values.set(name, formOf(definition, value));
  }
  return { ...checked, problems: problems.slice(0, maxProblems) };
}

function isTrue(value: unknown): boolean {
  return value === true || String(value).toLowerCase() === 'true';
}

function problemOf(definition: Record<string, unknown>, value: unknown): string | undefined {
  const type = String(definition.Type ?? 'String');
  if (value instanceof Unknown) return undefined;
  if (isRecord(value)) return `it is not a ${type}`;
  const text = String(value);
  if (Buffer.byteLength(text) > maxValueBytes)
    return `it has more than the ${maxValueBytes} bytes that CloudFormation takes`;
  const items = isListType(type) ? itemsOf(value) : [text];
  const { AllowedValues: allowed } = definition;
  const texts = Array.isArray(allowed) ? new Set(allowed.map(String)) : undefined;
  for (const item of items) {
    const problem = problemOfItem(definition, type, item, texts);
    if (problem) return problem;
  }
  return undefined;
}

function problemOfItem(
  definition: Record<string, unknown>,
  type: string,
  item: string,
  allowed: ReadonlySet<string> | undefined,
): string | undefined {
  const explained =
    typeof definition.ConstraintDescription === 'string' ? `: ${definition.ConstraintDescription}` : '';
  if (/^(Number|List<Number>)$/.test(type) && !(item.trim() !== '' && Number.isFinite(Number(item))))
    return 'it is not a number';
  if (allowed && !allowed.has(item))
    return `it is none of ${[...allowed].slice(0, maxNamed).join(', ')}${explained}`;
  const number = Number(item);
  const limits = [
    ['MinLength', (limit: number) => item.length < limit, 'have at least', ' characters'],
    ['MaxLength', (limit: number) => item.length > limit, 'have at most', ' characters'],
    ['MinValue', (limit: number) => number < limit, 'be at least', ''],
    ['MaxValue', (limit: number) => number > limit, 'be at most', ''],
  ] as const;
  for (const [name, isBeyond, words, unit] of limits) {
    const limit = definition[name];
    if (limit !== undefined && isBeyond(Number(limit))) return `it must ${words} ${limit}${unit}${explained}`;
  }
  return undefined;
}

function isListType(type: string): boolean {
  return type === 'CommaDelimitedList' || /^(AWS::SSM::Parameter::Value<)?List</.test(type);
}

function itemsOf(value: unknown): string[] {
  return Array.isArray(value)
    ? value.map(String)
    : String(value)
        .split(',')
        .map((item) => item.trim());
}

/** Numbers stay texts, as CloudFormation keeps them. */
function formOf({ Type: type = 'String' }: Record<string, unknown>, value: unknown): unknown {
  if (!(value instanceof Unknown) && isListType(String(type))) return itemsOf(value);
  return value instanceof Unknown ? value : String(value);
}
