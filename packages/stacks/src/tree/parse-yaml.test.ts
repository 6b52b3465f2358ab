import { Report } from '../errors.ts';
import { parseYaml } from './parse-yaml.ts';
import { type Json, toJson } from './tree.ts';

function parse(text: string): { values: Json[]; broken: boolean; errors: string[] } {
  const report = new Report();
  const { documents, broken } = parseYaml('a.yaml', text, report);
  const errors = report.errors.map(({ code, line, column }) => `${code} ${line}:${column}`);
  return { values: documents.map(toJson), broken, errors };
}

test('words and numbers with leading zeros are texts, as in YAML 1.2', () => {
  expect(parse('[no, on, yes, 007, 012345678901, 1_000, 2024-01-01]').values[0]).toStrictEqual([
    'no',
    'on',
    'yes',
    '007',
    '012345678901',
    '1_000',
    '2024-01-01',
  ]);
  expect(parse('%YAML 1.1\n---\n[no, 010]').values[0]).toStrictEqual(['no', '010']);
});

test('numbers, booleans and null keep their types; numbers that would lose digits are texts', () => {
  expect(parse('[0, -5, 1.5, 1e3, true, ~, 123456789012345678901, .inf]').values[0]).toStrictEqual([
    0,
    -5,
    1.5,
    1000,
    true,
    null,
    '123456789012345678901',
    '.inf',
  ]);
});

test('several documents are read, empty ones left out', () => {
  expect(parse('a: 1\n---\n---\n# nothing\n---\nb: 2\n').values).toStrictEqual([{ a: 1 }, { b: 2 }]);
  expect(parse('# nothing\n').values).toStrictEqual([]);
});

test('keys are texts as they are in the file', () => {
  expect(parse('8080: a\ntrue: b\n007: c\n').values[0]).toStrictEqual({ 8080: 'a', true: 'b', '007': 'c' });
  expect(Object.keys(parse('__proto__: {a: 1}').values[0] ?? {})).toStrictEqual(['__proto__']);
});

test('anchors, aliases and << work within a document', () => {
  expect(parse('x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}\nz: *x').values[0]).toMatchObject({
    y: { a: 1, b: 3 },
    z: { a: 1, b: 2 },
  });
  expect(parse('[&x 1, *x, &x 2, *x]').values[0]).toStrictEqual([1, 1, 2, 2]);
  expect(parse('[&x {a: &y 1}, &y 2, *x, *y]').values[0]).toStrictEqual([{ a: 1 }, 2, { a: 1 }, 2]);
  expect(parse('&k key: *k').values[0]).toStrictEqual({ key: 'key' });
  expect(parse('x: &x 1\n---\ny: *x')).toMatchObject({ broken: true, errors: ['yaml_syntax 3:4'] });
});

test('a file with a syntax error has one error and no documents', () => {
  expect(parse('a: 1\n---\nb: [\n---\nc: "')).toMatchObject({ broken: true, values: [] });
  expect(parse('a: "x\nb: }\n').errors).toHaveLength(1);
});

test('each repeated key is an error at the key, and the first value counts', () => {
  expect(parse('a: 1\nb:\n  c: 1\n  c: 2\na: 3\n')).toStrictEqual({
    values: [{ a: 1, b: { c: 1 } }],
    broken: false,
    errors: ['duplicate_key 4:3', 'duplicate_key 5:1'],
  });
});

test.each([
  ['aliases that expand to much', `a: &a [x,x]\nb: &b [${'*a,'.repeat(3000)}]\nc: [${'*b,'.repeat(20)}]`],
  ['an alias in itself', 'a: &a [*a]'],
  ['deep nesting', '['.repeat(20_000)],
  ['deep maps', 'a: {b: '.repeat(200)],
  ['a map as a key', '{a: b}: c'],
  ['a list as << ', 'a: {<<: [1]}'],
])('%s is a syntax error', (_, text) => {
  expect(parse(text).errors).toStrictEqual([expect.stringContaining('yaml_syntax')]);
});

test('a byte order mark does not move places', () => {
  expect(parse('\ufeffa: 1\na: 2').errors).toStrictEqual(['duplicate_key 2:1']);
  expect(parse('\ufeff{a: 1, a: 2}').errors).toStrictEqual(['duplicate_key 1:8']);
});

test('places are 1-based, also with Windows line ends', () => {
  const report = new Report();
  const [tree] = parseYaml('a.yaml', 'a: 1\r\nb:\r\n  c: [x, y]\r\n', report).documents;
  const inner = tree?.kind === 'map' ? tree.entries.get('b')?.value : undefined;
  const entry = inner?.kind === 'map' ? inner.entries.get('c') : undefined;
  expect(inner?.place).toStrictEqual({ file: 'a.yaml', line: 3, column: 3 });
  expect(entry?.key).toStrictEqual({ file: 'a.yaml', line: 3, column: 3 });
  expect(entry?.value.kind === 'list' && entry.value.items[1]?.place.column).toBe(10);
});
