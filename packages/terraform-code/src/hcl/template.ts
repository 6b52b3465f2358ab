import type { Cursor, NamedVariable } from './cursor.ts';
import { trimLikeGo } from './go-space.ts';
import type { Expression } from './syntax-tree.ts';

/** End of a template: a quote, a line with only the marker, or the end of the text. */
export type End = { kind: 'quote' } | { kind: 'heredoc'; marker: string } | { kind: 'text' };

/** Parsers for what templates contain; passed in because expressions and templates contain each other. */
export type Inner = {
  expression(cursor: Cursor): Expression;
  /** Parses what follows the word `for`. */
  forIntroduction(cursor: Cursor): { collection: Expression; variables: NamedVariable[] };
};

/** Parses a template after its opening quote, or after a heredoc's first line. */
export function parseTemplate(cursor: Cursor, end: End, inner: Inner): Expression {
  const line = cursor.line;
  const reader = new TemplateReader(cursor, end, inner);
  cursor.nested(() => reader.read());
  const { parts, exact } = reader;
  const [only] = parts;
  if (!only) return { kind: 'literal', value: '', line };
  if (parts.length === 1 && exact) return only;
  return { kind: 'template', parts, exact, line };
}

/** Reads character by character up to the end of one template. */
class TemplateReader {
  readonly parts: Expression[] = [];
  /** False if whitespace is stripped: the parts are then not the exact text. */
  exact: boolean;
  readonly #cursor: Cursor;
  readonly #end: End;
  readonly #inner: Inner;
  #at: number;
  /** Text before this offset is in `text`; from here to `at` it is unchanged source. */
  #plainFrom: number;
  #text = '';
  /** Variables of the open `%{ for }` directives, innermost last. */
  readonly #loops: NamedVariable[][] = [];

  constructor(cursor: Cursor, end: End, inner: Inner) {
    this.#cursor = cursor;
    this.#end = end;
    this.#inner = inner;
    this.exact = end.kind !== 'heredoc';
    this.#at = cursor.offset;
    this.#plainFrom = cursor.offset;
  }

  read(): void {
    const stop = this.#findEnd();
    if (this.#loops.length > 0) this.#cursor.fail('a "for" in a template has no "endfor"');
    this.#takePlain();
    this.#flushText();
    this.#cursor.resume(stop);
  }

  /** Reads the template and returns where the code continues. */
  #findEnd(): number {
    const end = this.#end;
    const cursor = this.#cursor;
    const { source } = cursor;
    let stop = this.#markerLineEnd();
    while (stop === undefined) {
      if (this.#at >= source.length) {
        if (end.kind !== 'text') cursor.fail('a string is not closed');
        return this.#at;
      }
      const code = source.charCodeAt(this.#at);
      if (code === 34 && end.kind === 'quote') return this.#at + 1;
      if (code === 92 && end.kind === 'quote') this.#readEscape();
      else if (code === 36 || code === 37) this.#readSequence();
      else this.#at++;
      if (code === 10) stop = this.#newLine();
    }
    return stop;
  }

  #newLine(): number | undefined {
    if (this.#end.kind === 'quote') this.#cursor.fail('a quoted string is not closed on its line');
    this.#cursor.startLine(this.#at);
    return this.#markerLineEnd();
  }

  /**
   * Returns the offset of the newline if the line is only this heredoc's marker: the code continues there.
   */
  #markerLineEnd(): number | undefined {
    if (this.#end.kind !== 'heredoc') return undefined;
    const { source } = this.#cursor;
    const newline = source.indexOf('\n', this.#at);
    const lineEnd = newline < 0 ? source.length : newline;
    const end = source.charCodeAt(lineEnd - 1) === 13 && lineEnd > this.#at ? lineEnd - 1 : lineEnd;
    return trimLikeGo(source.slice(this.#at, end)) === this.#end.marker ? end : undefined;
  }

  /** Unescapes `$${` and `%%{` to `${` and `%{`; the two characters before the brace decide. */
  #readSequence(): void {
    const { source } = this.#cursor;
    const at = this.#at;
    if (source.charCodeAt(at + 1) === 123) this.#readInterpolation();
    else if (source.charCodeAt(at + 1) === source.charCodeAt(at) && source.charCodeAt(at + 2) === 123)
      this.#takeInstead(source.slice(at + 1, at + 3), 3);
    else this.#at++;
  }

  /** Reads an interpolation or a directive from its `$` or `%`. */
  #readInterpolation(): void {
    const cursor = this.#cursor;
    const at = this.#at;
    const directive = cursor.source[at] === '%';
    const stripsBefore = cursor.source[at + 2] === '~';
    this.#takePlain();
    this.#flushText();
    cursor.resume(at + (stripsBefore ? 3 : 2));
    const close = cursor.withNewlines(false, () => {
      this.parts.push(directive ? this.#readDirective() : this.#inner.expression(cursor));
      return cursor.read();
    });
    if (close.kind !== '}' && close.kind !== '~}') cursor.fail('an interpolation is not closed');
    if (stripsBefore || close.kind === '~}' || directive) this.exact = false;
    this.#at = cursor.offset;
    this.#plainFrom = this.#at;
  }

  #readDirective(): Expression {
    const cursor = this.#cursor;
    const { text, line } = cursor.expect('identifier', 'after "%{"');
    if (text === 'if') return { kind: 'other', children: [this.#inner.expression(cursor)], line };
    if (text === 'for') {
      const { collection, variables } = this.#inner.forIntroduction(cursor);
      this.#loops.push(variables);
      cursor.addVariables(variables);
      return { kind: 'other', children: [collection], line };
    }
    if (text === 'endfor') cursor.dropVariables(this.#loops.pop() ?? cursor.fail('"endfor" without "for"'));
    else if (text !== 'else' && text !== 'endif') cursor.fail('an unknown template directive');
    return { kind: 'other', children: [], line };
  }

  #readEscape(): void {
    const { source } = this.#cursor;
    const selector = source[this.#at + 1] ?? '';
    const simple = escapes[selector];
    if (simple !== undefined) this.#takeInstead(simple, 2);
    else this.#readUnicodeEscape(selector);
  }

  #readUnicodeEscape(selector: string): void {
    const { source } = this.#cursor;
    const digits = selector === 'u' ? 4 : selector === 'U' ? 8 : 0;
    const hex = source.slice(this.#at + 2, this.#at + 2 + digits);
    const code = Number.parseInt(hex, 16);
    if (digits === 0 || !/^[0-9a-fA-F]+$/.test(hex) || hex.length !== digits || !isScalar(code))
      this.#cursor.fail('an unknown escape sequence in a string');
    this.#takeInstead(String.fromCodePoint(code), 2 + digits);
  }

  #takeInstead(replacement: string, length: number): void {
    this.#takePlain();
    this.#text += replacement;
    this.#at += length;
    this.#plainFrom = this.#at;
  }

  #takePlain(): void {
    this.#text += this.#cursor.source.slice(this.#plainFrom, this.#at);
  }

  /** Terraform normalises every string (NFC), which turns look-alikes of ASCII characters into these. */
  #flushText(): void {
    if (this.#text === '') return;
    this.parts.push({ kind: 'literal', value: this.#text.normalize('NFC'), line: this.#cursor.line });
    this.#text = '';
  }
}

const escapes: Readonly<Record<string, string | undefined>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '"': '"',
  '\\': '\\',
};

function isScalar(code: number): boolean {
  return code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}
