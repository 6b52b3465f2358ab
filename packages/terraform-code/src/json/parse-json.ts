import type { Place } from '../hcl/cursor.ts';
import { CodeSyntaxError, maxDepth } from '../syntax-error.ts';

/** JSON with line numbers and all duplicate keys. */
export type JsonValue =
  | ({ kind: 'object'; members: JsonMember[] } & Place)
  | ({ kind: 'array'; items: JsonValue[] } & Place)
  | ({ kind: 'string'; value: string } & Place)
  | ({ kind: 'scalar'; value: number | boolean | null } & Place);
export type JsonMember = { key: string; value: JsonValue } & Place;

const scalarPattern =
  /-?(?:0|[1-9][0-9]{0,300})(?:\.[0-9]{1,300})?(?:[eE][+-]?[0-9]{1,4})?(?![0-9.eE])|true|false|null/y;

/** Throws `CodeSyntaxError`, also for too deep nesting. Linear in the length of the text. */
export function parseJson(source: string): JsonValue {
  const reader: Reader = { source, at: 0, line: 1, lineStart: 0, depth: 0 };
  const value = parseValue(reader);
  skipSpace(reader);
  if (reader.at < source.length) fail(reader, 'text after the end of the JSON value');
  return value;
}

type Reader = { source: string; at: number; line: number; lineStart: number; depth: number };

function parseValue(reader: Reader): JsonValue {
  skipSpace(reader);
  const place = placeOf(reader);
  switch (reader.source[reader.at]) {
    case '{':
      return nested(reader, () => ({
        kind: 'object',
        members: parseList(reader, '}', parseMember),
        ...place,
      }));
    case '[':
      return nested(reader, () => ({ kind: 'array', items: parseList(reader, ']', parseValue), ...place }));
    case '"':
      return { kind: 'string', value: parseString(reader), ...place };
    default:
      return {
        kind: 'scalar',
        value: JSON.parse(match(reader, scalarPattern)) as number | boolean | null,
        ...place,
      };
  }
}

function nested<Result>(reader: Reader, parse: () => Result): Result {
  if (++reader.depth > maxDepth)
    throw new CodeSyntaxError(reader.line, `nested deeper than ${maxDepth} levels`, {
      ...placeOf(reader),
      isLimit: true,
    });
  const result = parse();
  reader.depth--;
  return result;
}

function parseList<Item>(reader: Reader, close: '}' | ']', parseItem: (reader: Reader) => Item): Item[] {
  const items: Item[] = [];
  reader.at++;
  if (readIf(reader, close)) return items;
  do items.push(parseItem(reader));
  while (readIf(reader, ','));
  if (!readIf(reader, close)) fail(reader, `"," or "${close}" is missing`);
  return items;
}

function parseMember(reader: Reader): JsonMember {
  skipSpace(reader);
  const place = placeOf(reader);
  const key = parseString(reader);
  if (!readIf(reader, ':')) fail(reader, '":" is missing after a key');
  return { key, value: parseValue(reader), ...place };
}

function parseString(reader: Reader): string {
  const { source, at } = reader;
  if (source[at] !== '"') fail(reader, 'a string is expected');
  let end = at + 1;
  for (; source.charCodeAt(end) !== 34; end++) {
    if (end >= source.length) fail(reader, 'a string is not closed');
    if (source.charCodeAt(end) === 92) end++;
  }
  reader.at = end + 1;
  try {
    return wellFormed(JSON.parse(source.slice(at, end + 1)) as string);
  } catch {
    return fail(reader, 'a string has an invalid escape or character');
  }
}

function wellFormed(value: string): string {
  if (!value.isWellFormed()) throw new Error('half a surrogate pair');
  return value;
}

function match(reader: Reader, pattern: RegExp): string {
  pattern.lastIndex = reader.at;
  const text = pattern.exec(reader.source)?.[0];
  if (text === undefined) return fail(reader, 'a JSON value is expected');
  reader.at += text.length;
  return text;
}

function readIf(reader: Reader, character: string): boolean {
  skipSpace(reader);
  if (reader.source[reader.at] !== character) return false;
  reader.at++;
  return true;
}

function skipSpace(reader: Reader): void {
  for (;;) {
    const code = reader.source.charCodeAt(reader.at);
    if (code === 10) {
      reader.line++;
      reader.lineStart = reader.at + 1;
    } else if (code !== 32 && code !== 9 && code !== 13) return;
    reader.at++;
  }
}

function fail(reader: Reader, message: string): never {
  throw new CodeSyntaxError(reader.line, message, placeOf(reader));
}

function placeOf({ line, at, lineStart }: Reader): Place {
  return { line, column: at - lineStart + 1 };
}
