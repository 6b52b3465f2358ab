import { hasMark, maxMarkDepth } from './marks.ts';

export const sensitiveText = '(sensitive)';

/**
 * Replaces what Terraform marks as sensitive by `(sensitive)`.
 * `marks` is `before_sensitive` or `after_sensitive` of a resource change, or `sensitive_values` of a state
 * resource: `true` for the whole value, or the shape of the value with `true` where it is sensitive.
 * Where marks and value differ in shape, the value is replaced if any mark inside is set.
 * Source: https://developer.hashicorp.com/terraform/internals/json-format#change-representation
 */
export function redactSensitive(value: unknown, marks: unknown): unknown {
  return redact(value, marks, 0);
}

function redact(value: unknown, marks: unknown, depth: number): unknown {
  if (value === undefined) return undefined;
  if (marks === true || depth > maxMarkDepth) return sensitiveText;
  if (typeof marks !== 'object' || marks === null) return value;
  if (Array.isArray(marks))
    return Array.isArray(value) && marks.length <= value.length
      ? value.map((item, index) => redact(item, marks[index], depth + 1))
      : redactWhere(hasMark(marks, depth), value);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return redactWhere(hasMark(marks, depth), value);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, redact(item, own(marks, key), depth + 1)]),
  );
}

function redactWhere(marked: boolean, value: unknown): unknown {
  return marked && value !== null ? sensitiveText : value;
}

/** A key such as `__proto__` or `constructor` must not be read from the prototype. */
function own(marks: object, key: string): unknown {
  return Object.hasOwn(marks, key) ? (marks as Record<string, unknown>)[key] : undefined;
}
