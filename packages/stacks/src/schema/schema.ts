import type { Json } from '../tree/tree.ts';

export type TypeName = 'string' | 'integer' | 'number' | 'boolean' | 'object' | 'array';

/** The part of JSON Schema (2020-12) that kinds may use. `x-always` is ours. */
export type Schema = {
  type?: TypeName | TypeName[];
  enum?: Json[];
  const?: Json;
  default?: Json;
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  required?: string[];
  items?: Schema;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  anyOf?: Schema[];
  allOf?: Schema[];
  if?: Schema;
  then?: Schema;
  else?: Schema;
  not?: Schema;
  /** An object that is there even if no file gives it, so that its defaults are. */
  'x-always'?: boolean;
};

const typeNames: readonly unknown[] = ['string', 'integer', 'number', 'boolean', 'object', 'array'];
const isText = (value: unknown) => typeof value === 'string';
const isNumber = (value: unknown) => typeof value === 'number';
const isBoolean = (value: unknown) => typeof value === 'boolean';
const isTexts = (value: unknown) => Array.isArray(value) && value.every(isText);

/** What each keyword accepts: a check, or where schemas are in it. */
const keywords: Record<string, ((value: unknown) => boolean) | 'schema' | 'schemas' | 'schemasByName'> = {
  type: (value) => [value].flat().every((name) => typeNames.includes(name)),
  enum: Array.isArray,
  const: () => true,
  default: () => true,
  properties: 'schemasByName',
  additionalProperties: 'schema',
  required: isTexts,
  items: 'schema',
  minimum: isNumber,
  maximum: isNumber,
  minLength: isNumber,
  maxLength: isNumber,
  pattern: (value) => isText(value) && isPattern(value as string),
  minItems: isNumber,
  maxItems: isNumber,
  uniqueItems: isBoolean,
  anyOf: 'schemas',
  allOf: 'schemas',
  if: 'schema',
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: 'schema',
  else: 'schema',
  not: 'schema',
  $schema: isText,
  title: isText,
  description: isText,
  examples: Array.isArray,
  'x-always': isBoolean,
};

/** Thrown for a kind that can't be used: `file` is relative to the folder of kinds. */
export class KindError extends Error {
  readonly file: string;
  /** The message without the file. */
  readonly reason: string;

  constructor(file: string, reason: string) {
    super(`reading the kind's ${file}: ${reason}`);
    this.name = 'KindError';
    this.file = file;
    this.reason = reason;
  }
}

/** Returns the value as a schema. Throws `KindError` for a keyword that is not known, so that none is ignored. */
export function readSchema(value: unknown, file: string, pointer = ''): Schema {
  if (value === true || value === false) {
    if (pointer.endsWith('/additionalProperties')) return value as unknown as Schema;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new KindError(file, `${pointer || '/'} is no schema`);
  for (const [keyword, inner] of Object.entries(value)) {
    const at = `${pointer}/${keyword}`;
    const rule = Object.hasOwn(keywords, keyword) ? keywords[keyword] : undefined;
    if (rule === undefined) throw new KindError(file, `${at} is not a supported keyword`);
    if (rule === 'schema') readSchema(inner, file, at);
    else if (rule === 'schemas' || rule === 'schemasByName') readSchemas(inner, file, at, rule);
    else if (!rule(inner)) throw new KindError(file, `${at} has a value that the keyword does not accept`);
  }
  return value as Schema;
}

function readSchemas(value: unknown, file: string, pointer: string, rule: 'schemas' | 'schemasByName'): void {
  const isList = Array.isArray(value);
  if (typeof value !== 'object' || value === null || isList !== (rule === 'schemas'))
    throw new KindError(file, `${pointer} has a value that the keyword does not accept`);
  for (const [name, inner] of Object.entries(value)) readSchema(inner, file, `${pointer}/${name}`);
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}
