import type { Cursor, NamedVariable, Place } from './cursor.ts';
import type { Expression, ObjectEntry } from './syntax-tree.ts';
import { type Inner, parseTemplate } from './template.ts';

const binaryOperators = new Set(['||', '&&', '==', '!=', '>', '>=', '<', '<=', '+', '-', '*', '/', '%']);

/** Parses a quoted string after its opening quote. */
export function parseQuotedTemplate(cursor: Cursor): Expression {
  return parseTemplate(cursor, { kind: 'quote' }, inner);
}

/** Parses a whole text as a template: a file for `templatefile`, or a JSON string. */
export function parseBareTemplate(cursor: Cursor): Expression {
  return parseTemplate(cursor, { kind: 'text' }, inner);
}

/** Parses one expression, up to a token that cannot continue it. Grammar: hcl/hclsyntax/spec.md. */
export function parseExpression(cursor: Cursor): Expression {
  return cursor.nested(() => {
    const condition = parseOperation(cursor);
    if (!cursor.readIf('?')) return condition;
    const whenTrue = parseExpression(cursor);
    cursor.expect(':', 'in a condition');
    return { kind: 'other', children: [condition, whenTrue, parseExpression(cursor)], line: condition.line };
  });
}

function parseOperation(cursor: Cursor): Expression {
  const first = parseTermWithAccess(cursor);
  if (!binaryOperators.has(cursor.peek().kind)) return first;
  const operands = [first];
  const operators: string[] = [];
  while (binaryOperators.has(cursor.peek().kind)) {
    operators.push(cursor.read().kind);
    operands.push(parseTermWithAccess(cursor));
  }
  return { kind: 'operation', operators, operands, line: first.line };
}

function parseTermWithAccess(cursor: Cursor): Expression {
  const source = parseTerm(cursor);
  if (cursor.peek().kind !== '.' && cursor.peek().kind !== '[') return source;
  const names: string[] = [];
  const children: Expression[] = [];
  let indexed = false;
  for (;;) {
    if (cursor.readIf('.')) {
      const token = cursor.read();
      if (token.kind === 'identifier' && !indexed) names.push(token.text);
      else if (token.kind === 'number' || token.kind === '*') indexed = true;
      else if (token.kind !== 'identifier') cursor.fail('a name is missing after "."');
    } else if (cursor.readIf('[')) {
      indexed = true;
      cursor.withNewlines(false, () => {
        if (!cursor.readIf('*')) children.push(parseExpression(cursor));
        cursor.expect(']', 'after an index');
      });
    } else break;
  }
  if (source.kind !== 'reference')
    return { kind: 'other', children: [source, ...children], line: source.line };
  return { ...source, path: [...source.path, ...names], children };
}

function parseTerm(cursor: Cursor): Expression {
  const { kind, text, line, column } = cursor.read();
  switch (kind) {
    case '(':
      return cursor.withNewlines(false, () => {
        const inner = parseExpression(cursor);
        cursor.expect(')', 'after an expression in parentheses');
        return inner;
      });
    case 'number':
      if (!Number.isFinite(Number(text))) cursor.fail(`${text.slice(0, 40)} is not a number`);
      return { kind: 'literal', value: Number(text), line };
    case '"':
      return parseQuotedTemplate(cursor);
    case 'heredoc':
      return parseTemplate(cursor, { kind: 'heredoc', marker: text }, inner);
    case '-':
    case '!':
      return cursor.nested(() => ({ kind: 'other', children: [parseTermWithAccess(cursor)], line }));
    case '[':
      return cursor.withNewlines(false, () => parseForExpression(cursor, ']') ?? parseList(cursor, line));
    case '{':
      return (
        cursor.withNewlines(false, () => parseForExpression(cursor, '}')) ??
        cursor.withNewlines(true, () => parseObject(cursor, line))
      );
    case 'identifier':
      return parseName(cursor, text, { line, column });
    default:
      return cursor.fail(kind === 'end' ? 'the code ends inside an expression' : 'an expression is expected');
  }
}

function parseName(cursor: Cursor, first: string, place: Place): Expression {
  if (cursor.peek().kind !== '(' && cursor.peek().kind !== '::') return nameValue(cursor, first, place.line);
  let name = first;
  while (cursor.readIf('::')) name += `::${cursor.expect('identifier', 'after "::"').text}`;
  cursor.expect('(', 'after the name of a function');
  return cursor.withNewlines(false, () => {
    const values: Expression[] = [];
    while (!cursor.readIf(')')) {
      values.push(parseExpression(cursor));
      if (cursor.readIf('...') || !cursor.readIf(',')) {
        cursor.expect(')', 'after the arguments of a function');
        break;
      }
    }
    return { kind: 'call', name, arguments: values, ...place };
  });
}

function nameValue(cursor: Cursor, name: string, line: number): Expression {
  if (name === 'true' || name === 'false') return { kind: 'literal', value: name === 'true', line };
  if (name === 'null') return { kind: 'literal', value: null, line };
  const hiding = cursor.findVariable(name);
  if (!hiding) return { kind: 'reference', path: [name], children: [], line };
  const { variable } = hiding;
  return { kind: 'reference', path: ['', name], children: [], ...(variable && { variable }), line };
}

function parseList(cursor: Cursor, line: number): Expression {
  const items: Expression[] = [];
  while (!cursor.readIf(']')) {
    items.push(parseExpression(cursor));
    if (!cursor.readIf(',')) {
      cursor.expect(']', 'after the items of a list');
      break;
    }
  }
  return { kind: 'list', items, line };
}

/** Keeps the newline setting: the caller has just decided that newlines separate entries. */
function parseObject(cursor: Cursor, line: number): Expression {
  const entries: ObjectEntry[] = [];
  for (;;) {
    if (cursor.readIf('newline')) continue;
    if (cursor.readIf('}')) break;
    const inParentheses = cursor.peek().kind === '(';
    const key = parseExpression(cursor);
    if (!cursor.readIf('=')) cursor.expect(':', 'after the key of an object');
    entries.push({ key: inParentheses ? key : bareKey(key), value: parseExpression(cursor) });
    if (cursor.readIf('}')) break;
    if (!cursor.readIf(',')) cursor.expect('newline', 'after an entry of an object');
  }
  return { kind: 'object', entries, line };
}

/** A bare name as a key is a string, even `true` and `null`: `{ a = 1 }`. */
function bareKey(key: Expression): Expression {
  if (key.kind === 'reference' && key.children.length === 0) {
    const [name = '', ...others] = key.path[0] === '' ? key.path.slice(1) : key.path;
    if (others.length === 0) return { kind: 'literal', value: name, line: key.line };
  }
  if (key.kind === 'literal') return { ...key, value: String(key.value) };
  return key;
}

function parseForExpression(cursor: Cursor, close: ']' | '}'): Expression | undefined {
  const { kind, text, line } = cursor.peek();
  if (kind !== 'identifier' || text !== 'for') return undefined;
  cursor.read();
  const { collection, variables } = parseForIntroduction(cursor);
  cursor.addVariables(variables);
  cursor.expect(':', 'in a for expression');
  const results = [parseExpression(cursor)];
  const keyed = cursor.readIf('=>');
  if (keyed) results.push(parseExpression(cursor));
  cursor.readIf('...');
  if (cursor.peek().kind === 'identifier' && cursor.peek().text === 'if') {
    cursor.read();
    results.push(parseExpression(cursor));
  }
  cursor.expect(close, 'after a for expression');
  cursor.dropVariables(variables);
  return { kind: 'for', collection, results, keyed, line };
}

/** Parses `key, value in collection` after the word `for`. The names are valid in what follows. */
function parseForIntroduction(cursor: Cursor): { collection: Expression; variables: NamedVariable[] } {
  const names = [cursor.expect('identifier', 'after "for"').text];
  if (cursor.readIf(',')) names.push(cursor.expect('identifier', 'after "for"').text);
  if (cursor.expect('identifier', 'in a for expression').text !== 'in')
    cursor.fail('"in" is missing after "for"');
  const of = parseExpression(cursor);
  const [key, value] = names.length === 2 ? names : [undefined, names[0]];
  const variables: NamedVariable[] = [{ name: value ?? '', variable: { of, is: 'value' } }];
  if (key !== undefined) variables.unshift({ name: key, variable: { of, is: 'key' } });
  return { collection: of, variables };
}

const inner: Inner = { expression: parseExpression, forIntroduction: parseForIntroduction };
