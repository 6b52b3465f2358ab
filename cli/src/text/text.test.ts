import { attributeLines, type Difference } from './attribute-lines.ts';
import { outputsText } from './outputs-text.ts';
import { table } from './printable.ts';
import { doneSummaryText, hasChanges, planSummaryText } from './summary-text.ts';

const lines = (difference: Partial<Difference>) =>
  attributeLines({ before: {}, after: {}, unknown: {}, ...difference }).map(
    ({ sign, text }) => `${sign} ${text}`,
  );

test.each<[name: string, difference: Partial<Difference>, expected: string[]]>([
  [
    'new values, by name',
    { before: null, after: { b: 'x', a: 1, c: null }, unknown: { id: true } },
    ['+ a  = 1', '+ b  = "x"', '+ id = (known after apply)'],
  ],
  [
    'changed, kept and removed ones',
    { before: { a: 1, b: 2, c: 3 }, after: { a: 1, b: 4, c: null } },
    ['~ b = 2 -> 4', '- c = 3', '  # 1 unchanged'],
  ],
  [
    'one that is known later',
    { before: { a: 1 }, after: {}, unknown: { a: true } },
    ['~ a = 1 -> (known after apply)'],
  ],
  ['a sensitive one', { before: { a: 'x' }, after: { a: '(sensitive)' } }, ['~ a = "x" -> (sensitive)']],
  [
    'nested ones',
    { before: { t: { a: 1, b: 2 } }, after: { t: { a: 1, b: 3 } } },
    ['~ t {', '~     b = 2 -> 3', '      # 1 unchanged', '  }'],
  ],
  [
    'a list by position',
    { before: { l: [1, 2] }, after: { l: [1, 3, 4] } },
    ['~ l [', '~     1 = 2 -> 3', '+     2 = 4', '      # 1 unchanged', '  ]'],
  ],
  ['an empty list', { before: null, after: { l: [] } }, ['+ l = []']],
  ['another kind of value', { before: { a: { b: 1 } }, after: { a: 'x' } }, ['~ a = {"b":1} -> "x"']],
  [
    'lines of a text',
    { before: { t: 'a\nb\nc\nd\ne' }, after: { t: 'a\nb\nX\nd\ne' } },
    ['~ t =', '      a', '      b', '-     c', '+     X', '      d', '      e'],
  ],
  ['nothing', { before: { a: [1, { b: null }] }, after: { a: [1, {}] } }, ['  # 1 unchanged']],
])('attributes that differ: %s', (_name, difference, expected) => {
  expect(lines(difference)).toStrictEqual(expected);
});

test('control characters of values reach no terminal', () => {
  expect(lines({ after: { 'a\u001b': '\u001b]0;x\u0007' } }).join('')).toBe('+ a = "\\u001b]0;x\\u0007"');
  expect(outputsText({ a: '\u009b' })).toBe('a = ""');
});

const summary = { create: 1, update: 0, delete: 2, replace: 0, noop: 5, import: 0 };

test('summaries name what there is', () => {
  expect(planSummaryText(summary)).toBe('1 to create, 2 to destroy');
  expect(doneSummaryText(summary)).toBe('1 created, 2 destroyed');
  const nothing = { ...summary, create: 0, delete: 0 };
  expect([planSummaryText(nothing), hasChanges(nothing), hasChanges(summary)]).toStrictEqual([
    'no changes',
    false,
    true,
  ]);
});

test('a table has columns as wide as their widest cell', () => {
  expect(
    table([
      ['A', 'LONG', 'x'],
      ['aaa', 'b', ''],
    ]),
  ).toBe('A    LONG  x\naaa  b');
});
