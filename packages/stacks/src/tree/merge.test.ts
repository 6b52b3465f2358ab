import fc from 'fast-check';
import { Report } from '../errors.ts';
import { merge } from './merge.ts';
import { parseYaml } from './parse-yaml.ts';
import { fromJson, type Json, type Tree, toJson } from './tree.ts';

function treeOf(file: string, text: string): Tree {
  const report = new Report();
  const [tree] = parseYaml(file, text, report).documents;
  if (!tree) throw new Error(JSON.stringify(report.errors));
  return tree;
}

function mergeTexts(...texts: string[]): Json {
  const report = new Report();
  const merged = texts.reduce<Tree | undefined>(
    (lower, text, index) => merge(lower, treeOf(`${index}.yaml`, text), { report }),
    undefined,
  );
  expect(report.errors).toStrictEqual([]);
  return merged ? toJson(merged) : null;
}

test('maps merge deeply, scalars are replaced', () => {
  expect(mergeTexts('{a: {b: 1, c: 2}, d: 3}', '{a: {c: 4}}', '{d: x}')).toStrictEqual({
    a: { b: 1, c: 4 },
    d: 'x',
  });
});

test('lists without names are replaced', () => {
  expect(mergeTexts('a: [1, 2]', 'a: [3]')).toStrictEqual({ a: [3] });
  expect(mergeTexts('a: [{name: x}]', 'a: [{id: 1}]')).toStrictEqual({ a: [{ id: 1 }] });
});

test('lists of named items merge by name; new items go to the end', () => {
  expect(
    mergeTexts('a: [{name: x, v: 1}, {name: y, v: 2}]', 'a: [{name: z, v: 3}, {name: x, v: 4}]'),
  ).toStrictEqual({
    a: [
      { name: 'x', v: 4 },
      { name: 'y', v: 2 },
      { name: 'z', v: 3 },
    ],
  });
});

test('an item is removed with $delete, also one that no lower layer has', () => {
  expect(
    mergeTexts('a: [{name: x}, {name: y}]', 'a: [{name: x, $delete: true}, {name: z, $delete: true}]'),
  ).toStrictEqual({ a: [{ name: 'y' }] });
  expect(mergeTexts('a: [{name: x}]', 'a: [{name: x, $delete: false, v: 1}]')).toStrictEqual({
    a: [{ name: 'x', v: 1 }],
  });
});

test('null removes, also within what no lower layer has', () => {
  expect(mergeTexts('{a: 1, b: {c: 2, d: 3}}', '{a: ~, b: {c: null}}', '{e: {f: ~, g: 1}}')).toStrictEqual({
    b: { d: 3 },
    e: { g: 1 },
  });
});

test('an empty list adds nothing to named items and empties other lists', () => {
  expect(mergeTexts('{a: [{name: x}], b: [1]}', '{a: [], b: []}')).toStrictEqual({
    a: [{ name: 'x' }],
    b: [],
  });
});

test('of value and valueFrom the upper layer wins', () => {
  const reference = 'valueFrom: {component: c, output: o}';
  expect(mergeTexts('a: [{name: x, value: v}]', `a: [{name: x, ${reference}}]`)).toStrictEqual({
    a: [{ name: 'x', valueFrom: { component: 'c', output: 'o' } }],
  });
  expect(mergeTexts(`a: [{name: x, ${reference}}]`, 'a: [{name: x, value: v}]')).toStrictEqual({
    a: [{ name: 'x', value: 'v' }],
  });
  expect(mergeTexts('a: {X: v}', `a: {X: {${reference}}}`)).toStrictEqual({
    a: { X: { valueFrom: { component: 'c', output: 'o' } } },
  });
});

test('a map over a list or scalar is an error at the map, which names the other place', () => {
  const report = new Report();
  merge(treeOf('low.yaml', 'a: [1]\nb: x\n'), treeOf('high.yaml', 'a:\n  c: 1\nb: {d: 1}\n'), { report });
  expect(report.errors).toMatchObject([
    {
      code: 'merge_conflict',
      file: 'high.yaml',
      line: 2,
      column: 3,
      message: expect.stringContaining('low.yaml:1:4'),
    },
    {
      code: 'merge_conflict',
      file: 'high.yaml',
      line: 3,
      column: 4,
      message: expect.stringContaining('low.yaml:2:4'),
    },
  ]);
});

test('a list or scalar replaces a map', () => {
  expect(mergeTexts('{a: {b: 1}, c: {d: 1}}', '{a: [1], c: x}')).toStrictEqual({ a: [1], c: 'x' });
});

/** Layers of one shape: the same path is always a map, a list of names, another list or a scalar. */
const layer = fc.record(
  {
    map: fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.integer(), { noNullPrototype: true }),
    named: fc.uniqueArray(
      fc
        .record({ name: fc.constantFrom('x', 'y', 'z') })
        .chain(({ name }) =>
          fc.record(
            { name: fc.constant(name), v: fc.integer() },
            { requiredKeys: ['name'], noNullPrototype: true },
          ),
        ),
      { selector: ({ name }) => name },
    ),
    plain: fc.array(fc.integer()),
    scalar: fc.oneof(fc.string(), fc.boolean(), fc.integer()),
  },
  { requiredKeys: [], noNullPrototype: true },
);

test('merging layers is associative without removals', () => {
  const place = { file: 'x.yaml', line: 1, column: 1 };
  fc.assert(
    fc.property(layer, layer, layer, (low, middle, high) => {
      const [a, b, c] = [low, middle, high].map((json) => fromJson(json as Json, place)) as [
        Tree,
        Tree,
        Tree,
      ];
      const report = new Report();
      const over = (lower: Tree | undefined, upper: Tree | undefined) =>
        upper ? merge(lower, upper, { report }) : lower;
      const left = over(over(a, b), c);
      const right = over(a, over(b, c));
      expect(left && toJson(left)).toStrictEqual(right && toJson(right));
      expect(report.errors).toStrictEqual([]);
    }),
  );
});

test('merging a layer over itself or nothing changes nothing', () => {
  const place = { file: 'x.yaml', line: 1, column: 1 };
  fc.assert(
    fc.property(layer, (json) => {
      const tree = fromJson(json as Json, place);
      const report = new Report();
      const once = merge(undefined, tree, { report }) as Tree;
      expect(toJson(once)).toStrictEqual(json);
      expect(toJson(merge(once, tree, { report }) as Tree)).toStrictEqual(json);
    }),
  );
});
