import { parseTemplateText } from '../hcl/body.ts';
import type { Place } from '../hcl/cursor.ts';
import type { Block, Body, Expression } from '../hcl/syntax-tree.ts';
import { CodeSyntaxError } from '../syntax-error.ts';
import { type JsonMember, type JsonValue, parseJson } from './parse-json.ts';

/** Number of labels of top-level blocks in a `.tf.json` file; other types are unknown to Terraform. */
const topLabels: Record<string, number> = {
  resource: 2,
  data: 2,
  ephemeral: 2,
  provider: 1,
  variable: 1,
  output: 1,
  module: 1,
  check: 1,
};

/** Number of labels of nested blocks. Everything else is read as a block without labels. */
const nestedLabels: Record<string, number> = {
  dynamic: 1,
  provisioner: 1,
  backend: 1,
  provider_meta: 1,
  data: 2,
};

export type DuplicateKey = { key: string } & Place;

/** Converts a `.tf.json` file. Throws `CodeSyntaxError`. Source: hcl/json/spec.md of hashicorp/hcl. */
export function parseJsonBody(source: string): { body: Body; duplicates: DuplicateKey[] } {
  const reader: Converter = { expressions: new Map(), duplicates: [] };
  const body: Body = { attributes: [], blocks: [], blocksRepeatAttributes: true };
  for (const member of deepMembers(reader, parseJson(source))) {
    if (member.key === '//') continue;
    const labels = Object.hasOwn(topLabels, member.key) ? (topLabels[member.key] ?? 0) : 0;
    const blocks = toBlocks(reader, member.key, member, labels);
    for (const block of blocks) body.blocks.push(block);
    if (blocks.length === 0 && member.value.kind !== 'object' && member.value.kind !== 'array')
      body.attributes.push(toAttribute(reader, member));
  }
  return { body, duplicates: reader.duplicates };
}

/** Converts each value once, even if it is both an attribute and a block. */
type Converter = { expressions: Map<JsonValue, Expression>; duplicates: DuplicateKey[] };

function toBlocks(reader: Converter, type: string, member: JsonMember, labelsLeft: number): Block[] {
  const walk = (value: JsonValue, left: number, labels: string[]): Block[] => {
    if (left > 0)
      return deepMembers(reader, value).flatMap((next) => walk(next.value, left - 1, [...labels, next.key]));
    if (value.kind === 'array') return value.items.flatMap((item) => walk(item, 0, labels));
    if (value.kind !== 'object') return [];
    return [{ type, labels, body: toBody(reader, value), ...placeOf(value) }];
  };
  return walk(member.value, labelsLeft, []);
}

function toBody(reader: Converter, value: JsonValue): Body {
  const attributes = [];
  const blocks: Block[] = [];
  for (const member of deepMembers(reader, value)) {
    if (member.key === '//' && member.value.kind === 'string') continue;
    attributes.push(toAttribute(reader, member));
    const labels = Object.hasOwn(nestedLabels, member.key) ? (nestedLabels[member.key] ?? 0) : 0;
    for (const block of toBlocks(reader, member.key, member, labels)) blocks.push(block);
  }
  return { attributes, blocks, blocksRepeatAttributes: true };
}

function toAttribute(reader: Converter, member: JsonMember) {
  return { name: member.key, value: toExpression(reader, member.value), ...placeOf(member) };
}

/** Returns the members of an object, or of all objects in an array, which Terraform merges. */
function deepMembers(reader: Converter, value: JsonValue): JsonMember[] {
  if (value.kind === 'array')
    return value.items.flatMap((item) => (item.kind === 'object' ? members(reader, item) : []));
  return value.kind === 'object' ? members(reader, value) : [];
}

function members(reader: Converter, value: JsonValue & { kind: 'object' }): JsonMember[] {
  const seen = new Set<string>();
  for (const member of value.members) {
    const { key } = member;
    if (seen.has(key) && key !== '//') reader.duplicates.push({ key, ...placeOf(member) });
    seen.add(key);
  }
  return value.members;
}

function toExpression(reader: Converter, value: JsonValue): Expression {
  const known = reader.expressions.get(value);
  if (known) return known;
  const expression = convert(reader, value);
  reader.expressions.set(value, expression);
  return expression;
}

function convert(reader: Converter, value: JsonValue): Expression {
  const { line } = value;
  switch (value.kind) {
    case 'scalar':
      return { kind: 'literal', value: value.value, line };
    case 'string':
      return stringExpression(value.value, value);
    case 'array':
      return { kind: 'list', items: value.items.map((item) => toExpression(reader, item)), line };
    case 'object':
      return {
        kind: 'object',
        entries: members(reader, value).map((member) => ({
          key: stringExpression(member.key, member),
          value: toExpression(reader, member.value),
        })),
        line,
      };
  }
}

/** Strings in JSON are templates, including keys of objects. */
function stringExpression(text: string, { line, column }: Place): Expression {
  if (!/[$%]\{/.test(text)) return { kind: 'literal', value: text.normalize('NFC'), line };
  try {
    return parseTemplateText(text, { line, column });
  } catch (error) {
    if (error instanceof CodeSyntaxError)
      throw new CodeSyntaxError(line, `in a string: ${error.message}`, { column, isLimit: error.isLimit });
    throw error;
  }
}

function placeOf({ line, column }: Place): Place {
  return { line, column };
}
