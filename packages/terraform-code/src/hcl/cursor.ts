import { CodeSyntaxError, maxDepth } from '../syntax-error.ts';
import type { Variable } from './syntax-tree.ts';

/** A name and, if the code shows it, its value. */
export type NamedVariable = { name: string; variable?: Variable };

/** `kind` is the token's text, except for identifiers, numbers, newlines, heredoc starts and the end. */
export type Token = { kind: string; text: string; line: number; column: number };

/** Position of a text that is not a file of its own. */
export type Place = { line: number; column: number };

const punctuation = [
  ['...', '<=', '>=', '==', '!=', '&&', '||', '::', '=>', '~}'],
  ['{', '}', '(', ')', '[', ']', '.', ',', '*', '/', '%', '+', '-', '=', '<', '>', '!', '?', ':', '"'],
].flat();
const punctuationByFirst = Map.groupBy(punctuation, (text) => text.charCodeAt(0));

/** Names and numbers in real code stay below 100 characters. */
const maxWordLength = 1000;
const identifierPattern = /[\p{ID_Start}_][\p{ID_Continue}-]{0,1000}/uy;
const numberPattern = /[0-9](?:[0-9.]|[eE][+-]?[0-9]){0,1000}/y;
const heredocPattern = /<<-?([\p{ID_Start}_][\p{ID_Continue}-]{0,1000})\r?\n/uy;

/**
 * Tokenises HCL on demand, like `hclsyntax/scan_tokens.rl` of hashicorp/hcl. Templates are not tokens: their
 * parser moves `offset` itself and calls `resume`.
 */
export class Cursor {
  readonly source: string;
  /** Start of the next token, after the last one peeked at. */
  offset = 0;
  line: number;
  /** Start of the line; `undefined` for a JSON string, whose code all has the string's column. */
  lineStart: number | undefined = 0;
  readonly #columnOfText: number;
  #depth = 0;
  #next: Token | undefined;
  #newlinesCount = [true];
  /** Names from an enclosing `for` or a template's caller; they hide `path` and `local`. */
  readonly #variables: NamedVariable[];

  constructor(source: string, variables: readonly NamedVariable[] = [], place?: Place) {
    this.source = source;
    this.line = place?.line ?? 1;
    this.#columnOfText = place?.column ?? 1;
    if (place) this.lineStart = undefined;
    this.#variables = [...variables];
  }

  peek(): Token {
    this.#next ??= this.#scan();
    while (this.#next.kind === 'newline' && !this.#newlinesCount.at(-1)) this.#next = this.#scan();
    return this.#next;
  }

  read(): Token {
    const token = this.peek();
    this.#next = undefined;
    return token;
  }

  readIf(kind: string): boolean {
    if (this.peek().kind !== kind) return false;
    this.#next = undefined;
    return true;
  }

  expect(kind: string, where: string): Token {
    const token = this.read();
    if (token.kind !== kind) this.fail(`expected ${describe(kind)} ${where}, found ${describe(token.kind)}`);
    return token;
  }

  /** Continues after a template that was read character by character. */
  resume(offset: number): void {
    this.offset = offset;
    this.#next = undefined;
  }

  /** Newlines are ignored inside brackets, and separate entries inside `{}` of an object. */
  withNewlines<Result>(count: boolean, parse: () => Result): Result {
    this.#newlinesCount.push(count);
    const result = parse();
    this.#newlinesCount.pop();
    return result;
  }

  findVariable(name: string): NamedVariable | undefined {
    return this.#variables.findLast((variable) => variable.name === name);
  }

  addVariables(variables: readonly NamedVariable[]): void {
    this.#variables.push(...variables);
  }

  dropVariables(variables: readonly NamedVariable[]): void {
    this.#variables.length -= variables.length;
  }

  nested<Result>(parse: () => Result): Result {
    if (++this.#depth > maxDepth) this.refuse(`nested deeper than ${maxDepth} levels`);
    const result = parse();
    this.#depth--;
    return result;
  }

  fail(message: string): never {
    throw new CodeSyntaxError(this.line, message, { column: this.#column });
  }

  /** Throws for code that the engine does not support, even if Terraform does. */
  refuse(message: string): never {
    throw new CodeSyntaxError(this.line, message, { column: this.#column, isLimit: true });
  }

  get #column(): number {
    return this.lineStart === undefined ? this.#columnOfText : Math.max(1, this.offset - this.lineStart + 1);
  }

  /** Must be called after each newline. */
  startLine(offset: number): void {
    this.line++;
    if (this.lineStart !== undefined) this.lineStart = offset;
  }

  #scan(): Token {
    this.#skipSpaceAndComments();
    const { source, line } = this;
    const column = this.#column;
    if (this.offset >= source.length) return { kind: 'end', text: '', line, column };
    const code = source.charCodeAt(this.offset);
    if (code === 10 || code === 13) return this.#scanNewline(code);
    if (code >= 48 && code <= 57) return this.#scanNumber();
    if (code === 60 && source.charCodeAt(this.offset + 1) === 60) return this.#scanHeredocStart();
    const text = punctuationByFirst.get(code)?.find((candidate) => source.startsWith(candidate, this.offset));
    if (text) {
      this.offset += text.length;
      return { kind: text, text, line, column };
    }
    return { kind: 'identifier', text: this.#match(identifierPattern), line, column };
  }

  #skipSpaceAndComments(): void {
    const { source } = this;
    for (;;) {
      const code = source.charCodeAt(this.offset);
      const following = source.charCodeAt(this.offset + 1);
      if (code === 32 || code === 9) this.offset++;
      else if (code === 35 || (code === 47 && following === 47)) this.#skipLine();
      else if (code === 47 && following === 42) this.#skipInlineComment();
      else return;
    }
  }

  #skipLine(): void {
    const newline = this.source.indexOf('\n', this.offset);
    this.offset = newline < 0 ? this.source.length : newline;
  }

  #skipInlineComment(): void {
    const end = this.source.indexOf('*/', this.offset + 2);
    if (end < 0) this.fail('a comment is not closed');
    for (let i = this.offset; i < end; i++) if (this.source.charCodeAt(i) === 10) this.startLine(i + 1);
    this.offset = end + 2;
  }

  #scanNewline(code: number): Token {
    if (code === 13 && this.source.charCodeAt(this.offset + 1) !== 10) this.fail('a stray carriage return');
    const { line } = this;
    const column = this.#column;
    this.offset += code === 13 ? 2 : 1;
    this.startLine(this.offset);
    return { kind: 'newline', text: '\n', line, column };
  }

  #scanNumber(): Token {
    const { line } = this;
    const column = this.#column;
    const matched = this.#match(numberPattern);
    const text = matched.replace(/\.+$/, '');
    this.offset -= matched.length - text.length;
    return { kind: 'number', text, line, column };
  }

  #scanHeredocStart(): Token {
    const { line } = this;
    const column = this.#column;
    const introduction = this.#match(heredocPattern);
    this.startLine(this.offset);
    return { kind: 'heredoc', text: introduction.replace(/^<<-?|\r?\n$/g, ''), line, column };
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.offset;
    const text = pattern.exec(this.source)?.[0];
    if (text === undefined)
      this.fail(
        `unexpected character ${JSON.stringify(String.fromCodePoint(this.source.codePointAt(this.offset) ?? 0))}`,
      );
    if (text.length > maxWordLength)
      this.refuse(`a name or number is longer than ${maxWordLength} characters`);
    this.offset += text.length;
    return text;
  }
}

function describe(kind: string): string {
  if (kind === 'end') return 'the end of the code';
  return /^[a-z]+$/.test(kind) ? kind : `"${kind}"`;
}
