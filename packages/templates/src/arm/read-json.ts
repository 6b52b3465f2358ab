import { TemplateError } from '../template-error.ts';

/** A JSON text with the line of each key and item. */
export type Located = {
  value: unknown;
  /** Returns the line, from 1, of a key or an item in one of its maps or lists. */
  lineOf(parent: object, key: string | number): number | undefined;
};

const token =
  /[ \t\r\n]*(?:([{}[\],:])|("(?:[^"\\\n]|\\.)*")|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null))/y;

/** Reads JSON strictly, with lines. Throws `TemplateError` for other text, a key that stands twice, and parts that are too deep. */
export function readJson(text: string, maxDepth: number): Located {
  const reader = new JsonReader(text, maxDepth);
  const value = reader.document();
  return { value, lineOf: (parent, key) => reader.lines.get(parent)?.get(key) };
}

class JsonReader {
  readonly lines = new WeakMap<object, Map<string | number, number>>();
  readonly #text: string;
  readonly #maxDepth: number;
  #at = 0;
  #line = 1;
  /** Where `#line` was counted up to. */
  #counted = 0;

  constructor(text: string, maxDepth: number) {
    this.#text = text;
    this.#maxDepth = maxDepth;
  }

  document(): unknown {
    const value = this.#value(this.#next(), 0);
    if (this.#text.slice(this.#at).trim() !== '') throw this.#error('there is text after its end');
    return value;
  }

  #next(): string {
    token.lastIndex = this.#at;
    const found = token.exec(this.#text);
    if (!found)
      throw this.#error(this.#text.slice(this.#at).trim() === '' ? 'it ends too early' : 'it is not JSON');
    this.#at = token.lastIndex;
    return found[1] ?? found[2] ?? found[3] ?? '';
  }

  #value(first: string, depth: number): unknown {
    if (depth > this.#maxDepth) throw this.#error(`its parts are nested deeper than ${this.#maxDepth}`);
    if (first === '{') return this.#map(depth);
    if (first === '[') return this.#list(depth);
    if (/^[\]},:]$/.test(first)) throw this.#error(`${first} stands where a value must be`);
    return this.#literal(first);
  }

  #literal(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      throw this.#error('a text has characters that JSON does not take');
    }
  }

  #map(depth: number): Record<string, unknown> {
    const entries = new Map<string, unknown>();
    const lines = new Map<string | number, number>();
    for (let next = this.#next(); next !== '}' || entries.size > 0; next = this.#next()) {
      if (!next.startsWith('"')) throw this.#error('a key is not a text');
      const key = String(this.#literal(next));
      if (entries.has(key)) throw this.#error('a key stands twice in a map');
      lines.set(key, this.#here());
      if (this.#next() !== ':') throw this.#error('a key has no value');
      entries.set(key, this.#value(this.#next(), depth + 1));
      const after = this.#next();
      if (after === '}') break;
      if (after !== ',') throw this.#error('a comma or } is missing');
    }
    const map = Object.fromEntries(entries);
    this.lines.set(map, lines);
    return map;
  }

  #list(depth: number): unknown[] {
    const items: unknown[] = [];
    const lines = new Map<string | number, number>();
    for (let next = this.#next(); next !== ']' || items.length > 0; next = this.#next()) {
      lines.set(items.length, this.#here());
      items.push(this.#value(next, depth + 1));
      const after = this.#next();
      if (after === ']') break;
      if (after !== ',') throw this.#error('a comma or ] is missing');
    }
    this.lines.set(items, lines);
    return items;
  }

  #here(): number {
    for (; this.#counted < this.#at; this.#counted += 1)
      if (this.#text.charCodeAt(this.#counted) === 10) this.#line += 1;
    return this.#line;
  }

  #error(problem: string): TemplateError {
    const space = /\s*/y;
    space.lastIndex = this.#at;
    space.exec(this.#text);
    if (space.lastIndex < this.#text.length) this.#at = space.lastIndex;
    return new TemplateError(problem, { line: this.#here() });
  }
}
