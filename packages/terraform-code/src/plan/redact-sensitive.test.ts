import { redactSensitive } from './redact-sensitive.ts';

const cases: { name: string; value: unknown; marks: unknown; expected: unknown }[] = [
  { name: 'no marks', value: { a: 1 }, marks: false, expected: { a: 1 } },
  { name: 'absent marks', value: { a: 1 }, marks: undefined, expected: { a: 1 } },
  { name: 'the whole value', value: { a: 1 }, marks: true, expected: '(sensitive)' },
  { name: 'a null value', value: { a: null }, marks: { a: true }, expected: { a: '(sensitive)' } },
  {
    name: 'one attribute',
    value: { a: 1, b: 'x' },
    marks: { b: true },
    expected: { a: 1, b: '(sensitive)' },
  },
  {
    name: 'a nested block in a list',
    value: { env: [{ n: 'A', v: 's' }, { n: 'B' }] },
    marks: { env: [{ v: true }, {}] },
    expected: { env: [{ n: 'A', v: '(sensitive)' }, { n: 'B' }] },
  },
  { name: 'an absent attribute stays absent', value: {}, marks: { password: true }, expected: {} },
  { name: 'marks of another shape', value: { a: 'x' }, marks: { a: [true] }, expected: { a: '(sensitive)' } },
  {
    name: 'more marks than items (a set that became smaller)',
    value: { a: ['x'] },
    marks: { a: [false, true] },
    expected: { a: '(sensitive)' },
  },
  { name: 'other shape without marks', value: { a: 'x' }, marks: { a: [] }, expected: { a: 'x' } },
  { name: 'inherited names', value: { toString: 'x' }, marks: {}, expected: { toString: 'x' } },
];

for (const { name, value, marks, expected } of cases)
  test(`redacts ${name}`, () => expect(redactSensitive(value, marks)).toStrictEqual(expected));

test('a value nested deeper than any real one is redacted without overflow', () => {
  let value: unknown = 'secret';
  let marks: unknown = true;
  for (let i = 0; i < 50_000; i++) {
    value = [value];
    marks = [marks];
  }
  expect(flatten(redactSensitive(value, marks))).not.toContain('secret');
});

test('a __proto__ key is kept as data', () => {
  const value: unknown = JSON.parse('{"__proto__":{"a":"x"},"b":"y"}');
  const redacted = redactSensitive(value, { b: true });
  expect(JSON.stringify(redacted)).toBe('{"__proto__":{"a":"x"},"b":"(sensitive)"}');
});

function flatten(value: unknown): string {
  let inner = value;
  while (Array.isArray(inner)) inner = inner[0];
  return String(inner);
}
