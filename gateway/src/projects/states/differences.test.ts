import type { Redactor } from '../redaction/redactor.ts';
import { differences, redactDifference } from './differences.ts';

test.each([
  ['equal values', { a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }, []],
  ['a value', 1, 2, [{ path: '.', before: 1, after: 2 }]],
  [
    'values in objects in objects',
    { a: { b: 1, c: 1 }, d: 1 },
    { a: { b: 2, c: 1 }, d: 2 },
    [
      { path: 'a.b', before: 1, after: 2 },
      { path: 'd', before: 1, after: 2 },
    ],
  ],
  [
    'keys that only one side has',
    { a: 1 },
    { b: 2 },
    [
      { path: 'a', before: 1, after: null },
      { path: 'b', before: null, after: 2 },
    ],
  ],
  ['lists, as a whole', { a: [1, 2] }, { a: [1, 3] }, [{ path: 'a', before: [1, 2], after: [1, 3] }]],
  [
    'a list and an object, as a whole',
    { a: [1] },
    { a: { 0: 2 } },
    [{ path: 'a', before: [1], after: { 0: 2 } }],
  ],
  ['null and an object', { a: null }, { a: { b: 1 } }, [{ path: 'a', before: null, after: { b: 1 } }]],
  ['an object and a text', { a: { b: 1 } }, { a: 'b' }, [{ path: 'a', before: { b: 1 }, after: 'b' }]],
])('compares %s', (_name, before, after, expected) => {
  expect(differences(before, after)).toStrictEqual(expected);
});

test('redacts path and both values', () => {
  const redactor = {
    redactText: (text: string) => `text ${text}`,
    redactJson: (value: unknown) => ({ redacted: value }),
  } as unknown as Redactor;
  expect(redactDifference({ path: 'a', before: 1, after: 2 }, redactor)).toStrictEqual({
    path: 'text a',
    before: { redacted: 1 },
    after: { redacted: 2 },
  });
});
