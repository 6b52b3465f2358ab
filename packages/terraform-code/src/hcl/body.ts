import { Cursor, type Place } from './cursor.ts';
import { parseBareTemplate, parseExpression, parseQuotedTemplate } from './expression.ts';
import type { Attribute, Block, Body, Expression } from './syntax-tree.ts';
import { literalString } from './syntax-tree.ts';

/** Parses a `.tf` or `.tfvars` file. Throws `CodeSyntaxError`. */
export function parseHcl(source: string): Body {
  return parseBody(new Cursor(source), 'end');
}

/** Parses a text in which `${…}` and `%{…}` are evaluated. Throws `CodeSyntaxError`. */
export function parseTemplateText(source: string, place: Place): Expression {
  return parseBareTemplate(new Cursor(source, [], place));
}

/** Parses a template file, in which every name is a variable. Throws `CodeSyntaxError`. */
export function parseTemplateFile(source: string): Expression {
  return parseBareTemplate(new Cursor(source, namesOfTerraform));
}

/** Names with a built-in meaning unless something hides them. */
const namesOfTerraform = ['path', 'local', 'each', 'var', 'count', 'self', 'terraform', 'module', 'data'].map(
  (name) => ({ name }),
);

function parseBody(cursor: Cursor, close: '}' | 'end'): Body {
  const attributes: Attribute[] = [];
  const blocks: Block[] = [];
  for (;;) {
    if (cursor.readIf('newline')) continue;
    if (cursor.readIf(close)) return { attributes, blocks, blocksRepeatAttributes: false };
    const { text, line, column } = cursor.expect('identifier', 'at the start of an argument or block');
    if (cursor.readIf('=')) attributes.push({ name: text, value: parseExpression(cursor), line, column });
    else blocks.push(parseBlock(cursor, text, { line, column }));
    const end = cursor.peek().kind;
    if (end !== 'newline' && end !== close && end !== 'end')
      cursor.fail('an argument or block does not end with its line');
  }
}

function parseBlock(cursor: Cursor, type: string, place: Place): Block {
  const labels: string[] = [];
  for (;;) {
    const token = cursor.read();
    if (token.kind === '{') break;
    if (token.kind === 'identifier') labels.push(token.text);
    else if (token.kind === '"') labels.push(parseLabel(cursor));
    else cursor.fail('a block needs labels and "{", or an argument needs "="');
  }
  return cursor.nested(() => ({ type, labels, body: parseBody(cursor, '}'), ...place }));
}

function parseLabel(cursor: Cursor): string {
  const label = literalString(parseQuotedTemplate(cursor));
  if (label === undefined) cursor.fail('the label of a block is not a plain string');
  return label;
}
