import { isRecord } from '@deployment-engine/terraform-code';

type ArmFunction = (values: unknown[]) => unknown;

/**
 * Functions of values, by name in lower case; `undefined` if the values are none that the function takes. Source:
 * https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions
 */
export const functions: Readonly<Record<string, ArmFunction>> = {
  concat: (values) => (values.every(Array.isArray) ? values.flat() : texts(values, (all) => all.join(''))),
  format: ([pattern, ...values]) => (typeof pattern === 'string' ? formatted(pattern, values) : undefined),
  tolower: ([text]) => (typeof text === 'string' ? text.toLowerCase() : undefined),
  toupper: ([text]) => (typeof text === 'string' ? text.toUpperCase() : undefined),
  trim: ([text]) => (typeof text === 'string' ? text.trim() : undefined),
  string: ([value]) => texts([value], ([text]) => text),
  int: ([value]) =>
    /^-?\d+$/.test(String(value)) && Number.isSafeInteger(Number(value)) ? Number(value) : undefined,
  bool: ([value]) =>
    typeof value === 'boolean'
      ? value
      : /^(true|false|1|0)$/i.test(String(value))
        ? /^(true|1)$/i.test(String(value))
        : undefined,
  true: () => true,
  false: () => false,
  null: () => null,
  equals: ([left, right]) =>
    isPlain(left) && isPlain(right) && typeof left === typeof right ? left === right : undefined,
  not: ([value]) => (typeof value === 'boolean' ? !value : undefined),
  and: (values) => (values.every(isBoolean) ? !values.includes(false) : undefined),
  or: (values) => (values.every(isBoolean) ? values.includes(true) : undefined),
  createarray: (values) => values,
  createobject: (values) =>
    Object.fromEntries(
      values.flatMap((key, index) => (index % 2 === 0 ? [[String(key), values[index + 1]]] : [])),
    ),
  length: ([value]) =>
    typeof value === 'string' || Array.isArray(value)
      ? value.length
      : isRecord(value)
        ? Object.keys(value).length
        : undefined,
  empty: ([value]) =>
    typeof value === 'object' && value !== null
      ? Object.keys(value).length === 0
      : value === null || typeof value === 'string'
        ? !value
        : undefined,
  contains: ([container, item]) =>
    typeof container === 'string'
      ? container.includes(String(item))
      : Array.isArray(container)
        ? includes(container, item)
        : isRecord(container)
          ? hasKey(container, String(item))
          : undefined,
  first: ([value]) => (typeof value === 'string' || Array.isArray(value) ? value[0] : undefined),
  last: ([value]) => (typeof value === 'string' || Array.isArray(value) ? value.at(-1) : undefined),
  split: ([text, by]) => (typeof text === 'string' && typeof by === 'string' ? text.split(by) : undefined),
  join: ([list, by]) => (Array.isArray(list) && typeof by === 'string' ? joined(list, by) : undefined),
  replace: ([text, from, to]) =>
    typeof text === 'string' && typeof from === 'string' && from !== ''
      ? joined(text.split(from), String(to))
      : undefined,
  substring: ([text, from, length]) =>
    typeof text === 'string'
      ? text.substring(Number(from), length === undefined ? undefined : Number(from) + Number(length))
      : undefined,
  add: (values) => numbers(values, (left, right) => left + right),
  sub: (values) => numbers(values, (left, right) => left - right),
  mul: (values) => numbers(values, (left, right) => left * right),
  greater: (values) => numbers(values, (left, right) => left > right),
  greaterorequals: (values) => numbers(values, (left, right) => left >= right),
  less: (values) => numbers(values, (left, right) => left < right),
  lessorequals: (values) => numbers(values, (left, right) => left <= right),
  coalesce: (values) => values.find((value) => value !== null),
};

/** A result that is longer than all texts together may be is not made. */
const maxCharacters = 10_000_000;

function joined(list: unknown[], by: string): string | undefined {
  return texts(list, (all) => {
    const size = all.reduce((sum, item) => sum + item.length + by.length, 0);
    return size > maxCharacters ? undefined : all.join(by);
  });
}

/** Azure's formats of numbers and dates are not known, nor are braces that stand for themselves. */
function formatted(pattern: string, values: unknown[]): string | undefined {
  return texts(values, (all) => {
    const parts = pattern.split(/\{(\d+)\}/);
    if (parts.some((part, index) => index % 2 === 0 && /[{}]/.test(part))) return undefined;
    return joined(
      parts.map((part, index) => (index % 2 === 0 ? part : (all[Number(part)] ?? ''))),
      '',
    );
  });
}

/** Azure writes other values, `True` for example, in a way of its own. */
function texts(values: unknown[], make: (all: string[]) => string | undefined): string | undefined {
  return values.every((value) => isPlain(value) && !isBoolean(value)) ? make(values.map(String)) : undefined;
}

/** Whether a value is the same in Azure, where integers have 64 bits. */
function isPlain(value: unknown): boolean {
  return typeof value === 'string' || isBoolean(value) || Number.isSafeInteger(value);
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

function includes(list: unknown[], item: unknown): boolean | undefined {
  return isPlain(item) && list.every(isPlain) ? list.includes(item) : undefined;
}

/** Azure compares names without case. */
function hasKey(record: Record<string, unknown>, key: string): boolean {
  return Object.keys(record).some((name) => name.toLowerCase() === key.toLowerCase());
}

function numbers<T extends number | boolean>(
  [left, right]: unknown[],
  make: (left: number, right: number) => T,
): T | undefined {
  if (!Number.isSafeInteger(left) || !Number.isSafeInteger(right)) return undefined;
  const made = make(Number(left), Number(right));
  return isPlain(made) ? made : undefined;
}
