import { asRecord, isRecord } from '@deployment-engine/terraform-code';
import { compareTexts } from '../errors.ts';

/** A value of a plan with the shapes of what is unknown and what is sensitive in it. */
export type Planned = { value: unknown; unknown: unknown; sensitive: unknown };

const maxShownLength = 60;

/**
 * Says where a value is not what was approved: each value that was known then must be the same and known now. With
 * `isLesser`, the plan keeps stored values, where providers write an empty one for null.
 */
export function valueProblems(approved: Planned, real: Planned, isLesser: boolean, path = ''): string[] {
  if (approved.unknown === true) return [];
  if (real.unknown === true) return [`${path || 'the value'} was known when approved and is not now`];
  const [before, now] = [approved.value ?? null, real.value ?? null];
  if (Array.isArray(before) && Array.isArray(now) && before.length === now.length)
    return before.flatMap((_, index) =>
      valueProblems(inside(approved, index), inside(real, index), isLesser, `${path}[${index}]`),
    );
  if (isRecord(before) && isRecord(now))
    return keysOf(approved, real).flatMap((key) =>
      valueProblems(inside(approved, key), inside(real, key), isLesser, path === '' ? key : `${path}.${key}`),
    );
  if (before === now || (isLesser && isSameEmpty(before, now))) return [];
  const isSecret = approved.sensitive === true || real.sensitive === true;
  return [`${path || 'the value'} ${difference(before, now, isSecret)}`];
}

/** An unknown value has no key in the value itself, only in the shape of unknown ones. */
function keysOf(...values: Planned[]): string[] {
  const keys = values.flatMap(({ value, unknown }) =>
    [asRecord(value), asRecord(unknown)].flatMap(Object.keys),
  );
  return [...new Set(keys)].sort(compareTexts);
}

/** The shape of a value that is sensitive as a whole is `true`, and so is that of all inside it. */
function inside({ value, unknown, sensitive }: Planned, key: string | number): Planned {
  return {
    value: partOf(value, key),
    unknown: partOf(unknown, key),
    sensitive: sensitive === true || partOf(sensitive, key),
  };
}

function partOf(whole: unknown, key: string | number): unknown {
  if (typeof whole !== 'object' || whole === null || !Object.hasOwn(whole, key)) return undefined;
  return (whole as Record<string | number, unknown>)[key];
}

function isSameEmpty(before: unknown, now: unknown): boolean {
  return (before === null && isEmpty(now)) || (now === null && isEmpty(before));
}

function isEmpty(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === null || value === '' || value === 0 || value === false;
}

function difference(before: unknown, now: unknown, isSecret: boolean): string {
  if (isSecret) return 'is not the approved value, which is sensitive';
  if (Array.isArray(before) && Array.isArray(now))
    return `was approved with ${before.length} items and has ${now.length}`;
  return `was approved as ${shown(before)} and is ${shown(now)}`;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a map';
  const text = JSON.stringify(value);
  return text.length > maxShownLength ? `${text.slice(0, maxShownLength)}…` : text;
}
