import { isRecord } from '@deployment-engine/terraform-code';
import { maxProblems, type ParameterProblem, unknownParameters } from '../parameter-problems.ts';
import { Unknown } from '../unknown.ts';
import type { ArmTemplate } from './read-template.ts';

export type CheckedArmParameters = {
  /** Given values by the names that the template has. Defaults are Azure's to fill in. */
  values: Map<string, unknown>;
  problems: ParameterProblem[];
};

const types: Record<string, (value: unknown) => boolean> = {
  string: (value) => typeof value === 'string',
  securestring: (value) => typeof value === 'string',
  int: (value) => Number.isSafeInteger(value),
  bool: (value) => typeof value === 'boolean',
  object: isRecord,
  secureobject: isRecord,
  array: Array.isArray,
};

/** Whether the values of a definition's type are secret. */
export function isSecure({ type }: Record<string, unknown>): boolean {
  return /^secure/i.test(String(type));
}

/** Checks given values against the template's parameters, before anything runs. Messages contain no value. */
export function checkArmParameters(
  { parameters }: ArmTemplate,
  given: Readonly<Record<string, unknown>>,
): CheckedArmParameters {
  const names = new Map([...parameters.keys()].map((name) => [name.toLowerCase(), name]));
  const isKnown = (name: string) => names.has(name.toLowerCase());
  const problems = unknownParameters(Object.keys(given), isKnown, [...parameters.keys()]);
  const checked: CheckedArmParameters = { values: new Map(), problems };
  const byName = new Map(
    Object.entries(given).map(([name, value]) => [names.get(name.toLowerCase()), value]),
  );
  for (const [name, definition] of parameters) {
    const value = byName.get(name);
    const problem = value === undefined ? missing(definition) : problemOf(definition, value);
    if (problem) problems.push({ parameter: name, problem });
    else if (value !== undefined) checked.values.set(name, value);
  }
  return { ...checked, problems: problems.slice(0, maxProblems) };
}

function missing(definition: Record<string, unknown>): string | undefined {
  const { type, nullable } = definition;
  if (!Object.hasOwn(types, String(type).toLowerCase())) return `the template gives it an unknown type`;
  const isOptional = definition.defaultValue !== undefined || nullable === true;
  return isOptional ? undefined : 'it has no value and no default; give one';
}

function problemOf(definition: Record<string, unknown>, value: unknown): string | undefined {
  const { type, allowedValues: allowed, nullable } = definition;
  if (value instanceof Unknown || (value === null && nullable === true)) return undefined;
  const name = String(type).toLowerCase();
  const fits = Object.hasOwn(types, name) ? types[name] : undefined;
  if (!fits) return 'the template gives it an unknown type';
  if (!fits(value)) return `it is not a value of the type ${type}`;
  const texts = Array.isArray(allowed) ? new Set(allowed.map((one) => JSON.stringify(one))) : undefined;
  const isAllowed = (item: unknown) => !texts || texts.has(JSON.stringify(item));
  if (!(Array.isArray(value) ? isAllowed(value) || value.every(isAllowed) : isAllowed(value)))
    return `it is none of ${[...(texts ?? [])].slice(0, 50).join(', ')}`;
  return beyondLimit(definition, value);
}

function beyondLimit(definition: Record<string, unknown>, value: unknown): string | undefined {
  const length = typeof value === 'string' || Array.isArray(value) ? value.length : undefined;
  const number = typeof value === 'number' ? value : undefined;
  const bounds = [
    ['minLength', length, (limit: number) => Number(length) < limit, 'have at least', ' characters or items'],
    ['maxLength', length, (limit: number) => Number(length) > limit, 'have at most', ' characters or items'],
    ['minValue', number, (limit: number) => Number(number) < limit, 'be at least', ''],
    ['maxValue', number, (limit: number) => Number(number) > limit, 'be at most', ''],
  ] as const;
  for (const [name, measured, isBeyond, words, unit] of bounds) {
    const limit = definition[name];
    if (measured !== undefined && typeof limit === 'number' && isBeyond(limit))
      return `it must ${words} ${limit}${unit}`;
  }
  return undefined;
}
