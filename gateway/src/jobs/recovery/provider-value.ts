import type { DynamicValue } from '@deployment-engine/runner-api';
import { decode, ExtensionCodec } from '@msgpack/msgpack';

/** What Terraform does not know yet is an extension of type 0, or 12 where bounds are known. Source: go-cty's msgpack package. */
const unknown = Symbol('unknown');
const extensions = new ExtensionCodec();
for (const type of [0, 12]) extensions.register({ type, encode: () => null, decode: () => unknown });

/**
 * The attributes of an object as a provider and Terraform exchange it, in the form the state file has them. Unknown
 * values are left out. `undefined` where it is no object.
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

/** Larger numbers than JavaScript has are text: Terraform reads numbers from both. */
function exact(value: bigint): number | string {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
}

/** A value of a type that the schema leaves open comes with its type, in bytes, which nothing else is. */
function isTyped(value: unknown[]): value is [Uint8Array, unknown] {
  return value.length === 2 && value[0] instanceof Uint8Array;
}

function typed([type, value]: [Uint8Array, unknown]): unknown {
  return { value: toJson(value), type: JSON.parse(Buffer.from(type).toString('utf8')) };
}
