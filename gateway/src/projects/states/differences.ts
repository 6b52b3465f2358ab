import type { Redactor } from '../redaction/redactor.ts';

export type Difference = { path: string; before: unknown; after: unknown };

/** Returns where two values differ, down to the innermost objects. Lists are compared as a whole. */
export function differences(before: unknown, after: unknown, path = ''): Difference[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (!isObject(before) || !isObject(after))
    return [{ path: path || '.', before: before ?? null, after: after ?? null }];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) => differences(before[key], after[key], path ? `${path}.${key}` : key));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns the difference with secrets redacted. */
export function redactDifference({ path, before, after }: Difference, redactor: Redactor): Difference {
  return {
    path: redactor.redactText(path),
    before: redactor.redactJson(before),
    after: redactor.redactJson(after),
  };
}
