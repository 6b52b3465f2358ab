import { Report } from '../errors.ts';
import { parseYaml } from '../tree/parse-yaml.ts';
import { type Json, toJson } from '../tree/tree.ts';
import { readSchema, type Schema } from './schema.ts';
import { validate } from './validate.ts';

function check(schema: Schema, text: string): { value: Json; errors: string[] } {
  const report = new Report();
  const [tree] = parseYaml('a.yaml', text, report).documents;
  if (!tree) throw new Error('no document');
  const root = readSchema(schema, 'schema.json');
  const valid = validate(root, tree, { path: 'spec' }, { report, root });
  return {
    value: toJson(valid),
    errors: report.errors.map(({ code, line, column }) => `${code} ${line}:${column}`),
  };
}

const integer: Schema = { type: 'integer' };

test('defaults are filled in, in the order of the schema', () => {
  const schema: Schema = {
    type: 'object',
    properties: {
      a: { ...integer, default: 1 },
      b: { type: 'object', properties: { c: { ...integer, default: 2 } }, 'x-always': true },
      d: { type: 'object', properties: { e: { ...integer, default: 3 } } },
      f: integer,
    },
  };
  expect(JSON.stringify(check(schema, 'f: 5').value)).toBe('{"a":1,"b":{"c":2},"f":5}');
  expect(check(schema, 'd: {}').value).toStrictEqual({ a: 1, b: { c: 2 }, d: { e: 3 } });
});

test('a default is not given to an object that is required and missing', () => {
  const schema: Schema = {
    type: 'object',
    properties: { a: { type: 'object', required: ['b'], properties: { b: integer }, 'x-always': true } },
    required: ['a'],
  };
  expect(check(schema, '{}').errors).toStrictEqual(['missing_field 1:1']);
});

test.each([
  [integer, '"8080"', 8080],
  [integer, '"-1"', -1],
  [{ type: 'number' }, '"1.5"', 1.5],
  [{ type: 'boolean' }, '"true"', true],
  [{ type: 'boolean' }, '"false"', false],
  [{ type: ['string', 'integer'] }, '"8080"', '8080'],
  [{ anyOf: [integer, { type: 'string' }] }, '5', 5],
] satisfies [Schema, string, Json][])('%j makes %s %j', (schema, text, value) => {
  expect(check(schema, text)).toStrictEqual({ value, errors: [] });
});

test.each([
  [integer, '"1.5"', 'wrong_type'],
  [integer, '1.5', 'wrong_type'],
  [integer, '"007"', 'wrong_type'],
  [integer, '"0x10"', 'wrong_type'],
  [integer, '""', 'wrong_type'],
  [integer, '[1]', 'wrong_type'],
  [{ type: 'boolean' }, 'yes', 'wrong_type'],
  [{ type: 'string' }, '5', 'wrong_type'],
  [{ type: 'string' }, 'true', 'wrong_type'],
  [{ anyOf: [{ type: 'string' }, { type: 'object' }] }, '[1]', 'wrong_type'],
  [{ type: 'string', enum: ['a'] }, 'b', 'not_allowed_value'],
  [{ const: 1 }, '2', 'not_allowed_value'],
  [{ type: 'string', pattern: '^a' }, 'b', 'not_allowed_value'],
  [{ not: { const: 1 } }, '1', 'not_allowed_value'],
  [{ type: 'array', uniqueItems: true }, '[{a: 1}, {a: 1}]', 'not_allowed_value'],
  [{ type: 'string', minLength: 2 }, 'b', 'out_of_range'],
  [{ type: 'string', maxLength: 1 }, 'bb', 'out_of_range'],
  [{ type: 'array', minItems: 1 }, '[]', 'out_of_range'],
  [{ type: 'array', maxItems: 1 }, '[1, 2]', 'out_of_range'],
  [{ minimum: 3 }, '2', 'out_of_range'],
  [{ maximum: 1 }, '2', 'out_of_range'],
  [{ allOf: [{ minimum: 3 }, { maximum: 1 }] }, '2', 'out_of_range'],
] satisfies [Schema, string, string][])('%j refuses %s: %s', (schema, text, code) => {
  expect(check(schema, text).errors.map((line) => line.split(' ')[0])).toStrictEqual([code]);
});

test('if, then and else depend on values after defaults', () => {
  const schema: Schema = {
    type: 'object',
    properties: { mode: { type: 'string', default: 'on' }, size: integer },
    if: { properties: { mode: { const: 'on' } } },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { required: ['size'] },
    else: { properties: { size: { maximum: 1 } } },
  };
  expect(check(schema, '{}').errors).toStrictEqual(['missing_field 1:1']);
  expect(check(schema, 'size: 5')).toStrictEqual({ value: { mode: 'on', size: 5 }, errors: [] });
  expect(check(schema, '{mode: off, size: 5}').errors).toStrictEqual(['out_of_range 1:19']);
});

test('fields beside the known ones are checked by additionalProperties', () => {
  const schema: Schema = {
    type: 'object',
    properties: { a: integer },
    additionalProperties: { type: 'string' },
  };
  expect(check(schema, '{a: 1, b: x}').errors).toStrictEqual([]);
  expect(check(schema, '{a: 1, b: 2}').errors).toStrictEqual(['wrong_type 1:11']);
});

test.each([
  [{ type: 'text' }, '/type'],
  [{ properties: { a: { patternProperties: {} } } }, '/properties/a/patternProperties'],
  [{ items: [] }, '/items'],
  [{ anyOf: {} }, '/anyOf'],
  [{ pattern: '(' }, '/pattern'],
  [{ required: 'a' }, '/required'],
])('%j is no schema that a kind may have', (schema, pointer) => {
  expect(() => readSchema(schema, 'Own/schema.json')).toThrow(
    `reading the kind's Own/schema.json: ${pointer}`,
  );
});
