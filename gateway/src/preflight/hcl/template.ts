import type { Cursor } from './cursor.ts';
import { parseExpression, parseForIntroduction } from './expression.ts';
import type { Expression } from './syntax-tree.ts';

/** Where a template ends: at a quote, at a line that is only the marker, at the end of the text. */
type End = { kind: 'quote' } | { kind: 'heredoc'; marker: string } | { kind: 'text' };

/** A quoted string, its opening quote already read. */
export function parseQuotedTemplate(cursor: Cursor): Expression {
  return parseTemplate(cursor, { kind: 'quote' });
}

/** A heredoc, its first line already read. */
export function parseHeredoc(cursor: Cursor, marker: string): Expression {
  return parseTemplate(cursor, { kind: 'heredoc', marker });
}

/** A whole text as a template: a file for `templatefile`, or a string in JSON. */
export function parseBareTemplate(cursor: Cursor): Expression {
  return parseTemplate(cursor, { kind: 'text' });
}

function parseTemplate(cursor: Cursor, end: End): Expression {
  const line = cursor.line;
  const state = { cursor, end, parts: [] as Expression[], text: '', exact: end.kind !== 'heredoc' };
  cursor.nested(() => readParts(state));
  flushText(state);
  const { parts, exact } = state;
  const [only] = parts;
  if (!only) return { kind: 'literal', value: '', line };
  if (parts.length === 1 && exact) return only;
  return { kind: 'template', parts, exact, line };
}

type State = { cursor: Cursor; end: End; parts: Expression[]; text: string; exact: boolean };

function readParts(state: State): void {
  const { cursor, end } = state;
  const { source } = cursor;
  let at = cursor.offset;
  let plainFrom = at;
  let lineStart = end.kind === 'heredoc';
  const flushPlain = () => {
    state.text += source.slice(plainFrom, at);
  };
  for (;;) {
    if (lineStart && end.kind === 'heredoc') {
      const stop = markerLineEnd(source, at, end.marker);
      if (stop !== undefined) {
        flushPlain();
        return cursor.resume(stop);
      }
      lineStart = false;
    }
    if (at >= source.length) {
      if (end.kind !== 'text') cursor.fail('a string is not closed');
      flushPlain();
      return cursor.resume(at);
    }
    const code = source.charCodeAt(at);
    if (code === 10) {
      if (end.kind === 'quote') cursor.fail('a quoted string is not closed on its line');
      cursor.line++;
      lineStart = true;
      at++;
    } else if (code === 34 && end.kind === 'quote') {
      flushPlain();
      return cursor.resume(at + 1);
    } else if (code === 92 && end.kind === 'quote') {
      flushPlain();
      at += readEscape(state, at);
      plainFrom = at;
    } else if (code === 36 || code === 37) {
      const sequence = sequenceAt(source, at);
      if (sequence === 'none') at++;
      else {
        flushPlain();
        at = sequence === 'escaped' ? readEscapedSequence(state, at) : readSequence(state, at);
        plainFrom = at;
      }
    } else at++;
  }
}

/** `$${` and `%%{` stand for `${` and `%{`; the two characters before the brace decide. */
function sequenceAt(source: string, at: number): 'none' | 'escaped' | 'sequence' {
  if (source.charCodeAt(at + 1) === 123) return 'sequence';
  const doubled = source.charCodeAt(at + 1) === source.charCodeAt(at) && source.charCodeAt(at + 2) === 123;
  return doubled ? 'escaped' : 'none';
}

function readEscapedSequence(state: State, at: number): number {
  state.text += state.cursor.source.slice(at + 1, at + 3);
  return at + 3;
}

/** An interpolation or a directive from its `$` or `%`; answers where the text goes on. */
function readSequence(state: State, at: number): number {
  const { cursor } = state;
  const directive = cursor.source[at] === '%';
  const stripsBefore = cursor.source[at + 2] === '~';
  flushText(state);
  cursor.resume(at + (stripsBefore ? 3 : 2));
  const close = cursor.withNewlines(false, () => {
    state.parts.push(directive ? parseDirective(cursor) : parseExpression(cursor));
    return cursor.read();
  });
  if (close.kind !== '}' && close.kind !== '~}') cursor.fail('an interpolation is not closed');
  if (stripsBefore || close.kind === '~}' || directive) state.exact = false;
  return cursor.offset;
}

function parseDirective(cursor: Cursor): Expression {
  const { text, line } = cursor.expect('identifier', 'after "%{"');
  if (text === 'if') return { kind: 'other', children: [parseExpression(cursor)], line };
  if (text === 'for') return { kind: 'other', children: [parseForIntroduction(cursor)], line };
  if (text !== 'else' && text !== 'endif' && text !== 'endfor') cursor.fail('an unknown template directive');
  return { kind: 'other', children: [], line };
}

/** Terraform composes every string (NFC), so that look-alikes of ASCII characters become these. */
function flushText(state: State): void {
  if (state.text === '') return;
  state.parts.push({ kind: 'literal', value: state.text.normalize('NFC'), line: state.cursor.line });
  state.text = '';
}

const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' };

/** Adds what the escape at `at` stands for; answers its length. */
function readEscape(state: State, at: number): number {
  const { source } = state.cursor;
  const selector = source[at + 1] ?? '';
  const simple = escapes[selector];
  if (simple !== undefined) {
    state.text += simple;
    return 2;
  }
  const digits = selector === 'u' ? 4 : selector === 'U' ? 8 : 0;
  const hex = source.slice(at + 2, at + 2 + digits);
  const code = Number.parseInt(hex, 16);
  if (digits === 0 || !/^[0-9a-fA-F]+$/.test(hex) || hex.length !== digits || !isScalar(code))
    state.cursor.fail('an unknown escape sequence in a string');
  state.text += String.fromCodePoint(code);
  return 2 + digits;
}

function isScalar(code: number): boolean {
  return code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}

/** Where the code goes on if the line at `at` is only the marker: at that line's newline. */
function markerLineEnd(source: string, at: number, marker: string): number | undefined {
  const newline = source.indexOf('\n', at);
  if (newline < 0) return trimLikeGo(source.slice(at)) === marker ? source.length : undefined;
  const end = source.charCodeAt(newline - 1) === 13 && newline > at ? newline - 1 : newline;
  return trimLikeGo(source.slice(at, end)) === marker ? end : undefined;
}

/** Go's `unicode.IsSpace`, which differs from JavaScript's in U+0085 and U+FEFF. */
const goSpace = '[\\t\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const leadingSpace = new RegExp(`^${goSpace}+`);
const trailingSpace = new RegExp(`(?<!${goSpace})${goSpace}+$`);

function trimLikeGo(text: string): string {
  return text.replace(leadingSpace, '').replace(trailingSpace, '');
}
