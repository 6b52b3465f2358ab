import { type Files, judge, tf } from '../code-fixture.ts';

const call = (name: string, source: string) => `module "${name}" {\n  source = ${source}\n}\n`;
const findings = (files: Files) =>
  judge(files)
    .findings.filter(({ id }) => id === 'PRE-MODULE-SOURCE' || id === 'PRE-COST')
    .map(({ id, line, address, subject, invalid }) => [id, line, address, subject, invalid]);
const refusal = (source: string, invalid?: string) => [
  ['PRE-MODULE-SOURCE', 2, 'module.m', source.startsWith('"') ? JSON.parse(source) : '(computed)', invalid],
];

test.each([
  ['a variable', 'var.x', 'syntax'],
  ['a registry', '"hashicorp/consul/aws"', undefined],
  ['a folder without a dot', '"m"', undefined],
  ['an absolute path', '"/m"', undefined],
  ['a hidden folder', '".m"', undefined],
  ['a double slash', '"./m//x"', undefined],
  ['a query', '"./m?ref=x"', undefined],
  ['a backslash', '"./m\\\\x"', undefined],
  ['a colon', '"./git::x"', undefined],
  ['the parent of the root', '"../"', undefined],
  ['a folder beside the root', '"../m"', undefined],
  ['a folder without code', '"./none"', 'module'],
])('a module from %s is refused', (_name, source, invalid) => {
  expect(findings({ ...tf(call('m', source)), 'm/a.tf': '' })).toStrictEqual(refusal(source, invalid));
});

test.each([
  ['var.x', 'the source of the module is missing or not a plain string'],
  ['"m"', 'the source of the module is not a folder of the project'],
  ['"./m?x"', 'the source of the module is more than a plain folder'],
  ['"../m"', 'the source of the module leaves the project'],
  ['"./none"', 'the source of the module names a folder without code in the upload'],
])('a refusal of %s says why, at the place of the source', (source, message) => {
  const [finding] = judge(tf(call('m', source))).findings;
  expect([finding?.message, finding?.line, finding?.column]).toStrictEqual([message, 2, 3]);
});

test('a module without a source is reported at its block', () => {
  expect(findings(tf('\nmodule "m" {\n}\n'))).toStrictEqual([
    ['PRE-MODULE-SOURCE', 2, 'module.m', '(computed)', 'syntax'],
  ]);
  expect(findings(tf('module {\n}\n'))[0]?.[2]).toBe('module.');
});

test('folders of the project are accepted, also from each other', () => {
  const files = {
    ...tf(call('a', '"./a"') + call('b', '"./a/b"')),
    'a/x.tf': call('b', '"./b"'),
    'a/b/x.tf': '',
    'c/x.tf': call('a', '"../a"'),
  };
  expect(findings(files)).toStrictEqual([]);
});

test('a thousand calls in all are accepted, one more is too much, wherever they are', () => {
  const calls = (count: number, source: string) =>
    Array.from({ length: count }, (_, index) => call(`c${index}`, source)).join('');
  const tree = (inner: number, leaves: string) => ({
    ...tf(call('m', '"./m"')),
    'm/a.tf': calls(inner, '"../n"') + leaves,
    'n/a.tf': calls(8, '"../o"'),
    'o/a.tf': 'locals {\n}\n',
  });
  const most = tree(111, ''); // 1 + 111 * (1 + 8)
  expect(findings(most)).toStrictEqual([]);
  expect(findings(tree(111, call('x', '"../o"')))).toStrictEqual([
    ['PRE-COST', 2, 'module.m', './m', undefined],
  ]);
});

test('a cycle is reported at each of its calls', () => {
  const files = { ...tf(call('m', '"./m"')), 'm/a.tf': call('n', '"../n"'), 'n/a.tf': call('m', '"../m"') };
  expect(findings(files).map(([id, , address]) => [id, address])).toStrictEqual([
    ['PRE-COST', 'module.m'],
    ['PRE-COST', 'module.n'],
    ['PRE-COST', 'module.m'],
  ]);
});
