import fc from 'fast-check';
import { compareTexts } from '../errors.ts';
import type { Json } from '../tree/tree.ts';
import { changedFields } from './changed-fields.ts';

const port = (name: string, number: number) => ({ name, port: number });

test.each<[string, Json | undefined, Json, [string, Json | undefined, Json | undefined][]]>([
  ['a field', { image: { tag: 'v1' } }, { image: { tag: 'v2' } }, [['image.tag', 'v1', 'v2']]],
  ['nothing', { a: [1, { b: null }] }, { a: [1, { b: null }] }, []],
  ['the order of keys', { a: 1, b: 2 }, { b: 2, a: 1 }, []],
  ['a new field', {}, { health: { path: '/' } }, [['health', undefined, { path: '/' }]]],
  ['a removed field', { a: { b: 1 } }, { a: {} }, [['a.b', 1, undefined]]],
  ['null is a value', { a: null }, {}, [['a', null, undefined]]],
  [
    'a named item',
    { ports: [port('http', 1), port('grpc', 2)] },
    { ports: [port('grpc', 2), port('http', 3)] },
    [['ports[http].port', 1, 3]],
  ],
  [
    'the order of named items',
    { ports: [port('a', 1), port('b', 2)] },
    { ports: [port('b', 2), port('a', 1)] },
    [['ports', [port('a', 1), port('b', 2)], [port('b', 2), port('a', 1)]]],
  ],
  [
    'items that are new and removed',
    { ports: [port('a', 1)] },
    { ports: [port('b', 1)] },
    [
      ['ports[a]', port('a', 1), undefined],
      ['ports[b]', undefined, port('b', 1)],
    ],
  ],
  [
    'the first item of a list',
    { ports: [] },
    { ports: [port('a', 1)] },
    [['ports[a]', undefined, port('a', 1)]],
  ],
  [
    'a list in which a name repeats',
    { p: [port('a', 1), port('a', 2)] },
    { p: [port('a', 1), port('a', 3)] },
    [['p[1].port', 2, 3]],
  ],
  ['maps without names', { r: [{ a: 1 }, { a: 2 }] }, { r: [{ a: 1 }, { a: 3 }] }, [['r[1].a', 2, 3]]],
  ['a list of texts', { args: ['a', 'b'] }, { args: ['b', 'a'] }, [['args', ['a', 'b'], ['b', 'a']]]],
  ['a longer list of maps', { r: [{ a: 1 }] }, { r: [{ a: 1 }, {}] }, [['r', [{ a: 1 }], [{ a: 1 }, {}]]]],
  ['another type', { a: { b: 1 } }, { a: 'b' }, [['a', { b: 1 }, 'b']]],
  [
    'a new component',
    undefined,
    { b: { c: 1 }, a: 1 },
    [
      ['a', undefined, 1],
      ['b', undefined, { c: 1 }],
    ],
  ],
  ['a whole text', undefined, 'a', [['', undefined, 'a']]],
  [
    'a key __proto__',
    JSON.parse('{"__proto__": {"a": 1}}'),
    JSON.parse('{"__proto__": {"a": 2}}'),
    [['__proto__.a', 1, 2]],
  ],
])('%s', (_, before, after, expected) => {
  expect(changedFields(before, after)).toStrictEqual(
    expected.map(([path, old, current]) => ({ path, before: old, after: current })),
  );
});

const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>;

test('a value has no differences with itself, and any two others have some', () => {
  fc.assert(
    fc.property(json, json, (left, right) => {
      expect(changedFields(left, structuredClone(left))).toStrictEqual([]);
      const [one, two] = [left, right].map((value) => ({ field: value }));
      const isSame = canonical(one ?? null) === canonical(two ?? null);
      expect(changedFields(one, two ?? null).length === 0).toBe(isSame);
    }),
    { examples: [['', { '': { toString: [] }, ' ': null }]] },
  );
});

/** Keys have no order; a map is written as its entries, so that no key has a meaning of its own. */
function canonical(value: Json): string {
  return JSON.stringify(value, (_, inner) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return { entries: Object.entries(inner).sort(([left], [right]) => compareTexts(left, right)) };
  });
}
