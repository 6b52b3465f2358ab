import type { DynamicValue } from '@deployment-engine/runner-api';
import { decode, ExtensionCodec } from '@msgpack/msgpack';

/** Stands for an unknown value: extension type 0, or 12 with known bounds. Source: go-cty's msgpack package. */
const unknown = Symbol('unknown');
const extensions = new ExtensionCodec();
for (const type of [0, 12]) extensions.register({ type, encode: () => null, decode: () => unknown });

/**
 * Converts an object that a provider and Terraform exchange to the state file's form. Unknown values are left out.
 * Returns `undefined` if the value is not an object.
 */
export function attributesOf(value: DynamicValue | null): Record<string, unknown> | undefined {
  if (!value) return undefined;
  const plain =
    value.encoding === 'json'
      ? JSON.parse(value.data)
      : toJson(decode(Buffer.from(value.data, 'base64'), { extensionCodec: extensions, useBigInt64: true }));
  return typeof plain === 'object' && plain !== null && !Array.isArray(plain)
    ? (plain as Record<string, unknown>)
    : undefined;
}

function toJson(value: unknown): unknown {
  if (typeof value === 'bigint') return exact(value);
  if (Array.isArray(value)) return isTyped(value) ? typed(value) : value.map(toJson);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== unknown);
  return Object.fromEntries(entries.map(([key, item]) => [key, toJson(item)]));
}

/** Returns a number too large for JavaScript as a string: Terraform reads numbers from both. */
function exact(value: bigint): number | string {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
}

/** Whether the value has dynamic type: it is then a pair whose first item is its type, the only use of bytes. */
function isTyped(value: unknown[]): value is [Uint8Array, unknown] {
  return value.length === 2 && value[0] instanceof Uint8Array;
}

function typed([type, value]: [Uint8Array, unknown]): unknown {
  return { value: toJson(value), type: JSON.parse(Buffer.from(type).toString('utf8')) };
}
