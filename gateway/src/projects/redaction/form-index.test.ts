import { FormIndex } from './form-index.ts';

const found: [what: string, forms: string[], text: string, spans: [from: number, to: number][]][] = [
  ['no form finds nothing', [], 'some text', []],
  [
    'a form is found at the start, inside and at the end',
    ['abcd'],
    'abcd abcd abcd',
    [
      [0, 4],
      [5, 9],
      [10, 14],
    ],
  ],
  ['adjacent forms are one span', ['abcd', 'efgh'], 'x abcdefgh', [[2, 10]]],
  ['overlapping forms are one span', ['abcdef', 'defghi', 'ghijk'], 'x abcdefghijk', [[2, 13]]],
  ['a form inside another one does not shorten its span', ['abcdefgh', 'bcde', 'cdef'], 'abcdefgh', [[0, 8]]],
  ['the longest of forms with one start counts', ['abcd', 'abcdef', 'abcde'], 'abcdefg', [[0, 6]]],
  [
    'spans far apart stay separate',
    ['abcd', 'wxyz'],
    'wxyz, abcd',
    [
      [0, 4],
      [6, 10],
    ],
  ],
  ['a form that the text truncates is not found', ['abcdef'], 'x abcde', []],
  ['forms of one hash are told apart', ['a\u001fXy', 'b\u0000Xy'], 'b\u0000Xz a\u001fXy', [[5, 9]]],
];
for (const [what, forms, text, spans] of found)
  test(what, () => {
    expect(new FormIndex(forms).find(text)).toStrictEqual(spans.map(([from, to]) => ({ from, to })));
  });

const cut: [what: string, text: string, at: number | undefined][] = [
  ['three characters of a form at the end of a text', 'text abc', 5],
  ['all but the last character', 'text abcdefg', 5],
  ['a whole form', 'text abcdefgh', 5],
  ['the only text', 'abcd', 0],
];
for (const [what, text, at] of cut)
  test(`a truncated form is found: ${what}`, () => {
    expect(new FormIndex(['wxyz', 'abcdefgh']).findCutAtEnd(text)).toBe(at);
  });

for (const text of ['text ab', 'text abcdx', 'abcd and more', 'ab', ''])
  test(`no truncated form is found at the end of "${text}"`, () => {
    expect(new FormIndex(['wxyz', 'abcdefgh']).findCutAtEnd(text)).toBeUndefined();
  });

test('a truncated form is found among others that begin alike', () => {
  expect(new FormIndex(['abcxyz', 'abcdefgh', 'abcuvw']).findCutAtEnd('text abcde')).toBe(5);
});
