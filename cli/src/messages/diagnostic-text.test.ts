import type { Diagnostic } from '@deployment-engine/contracts';
import { diagnosticText } from './diagnostic-text.ts';

const diagnostic: Diagnostic = {
  severity: 'error',
  code: 'unsupported_argument',
  summary: 'Unsupported argument',
  detail: 'An argument named "inputs" is not expected here.',
  file: 'main.tf',
  line: 9,
  column: 3,
  endLine: 9,
  endColumn: 9,
  snippet: '  inputs = 1',
  address: 'terraform_data.x',
  context: 'resource "terraform_data" "x"',
  values: ['var.a is 1'],
};

test.each<[name: string, change: Partial<Diagnostic>, lines: string[]]>([
  ['the whole cause', {}, ['    9 |   inputs = 1', '      |   ^^^^^^']],
  [
    'after tabs and wide characters',
    { snippet: '\tä = "🚀" x', column: 10, endColumn: 11 },
    ['    9 | \tä = "🚀" x', '      | \t        ^'],
  ],
  [
    'of several lines',
    { snippet: 'a = [\n  b,\n]', column: 5, endLine: 11, endColumn: 2 },
    ['     9 | a = [', '       |     ^', '    10 |   b,', '    11 | ]'],
  ],
  ['of no width', { endColumn: 3 }, ['    9 |   inputs = 1', '      |   ^']],
  ['without a column', { column: null }, ['    9 |   inputs = 1']],
])('a caret is under the cause: %s', (_name, change, lines) => {
  expect(
    diagnosticText({ ...diagnostic, ...change })
      .split('\n')
      .slice(2, 2 + lines.length),
  ).toStrictEqual(lines);
});

test('a diagnostic has place, values and detail; one without a place names the object', () => {
  expect(diagnosticText(diagnostic)).toBe(`error: Unsupported argument
  main.tf:9:3, in resource "terraform_data" "x"
    9 |   inputs = 1
      |   ^^^^^^
  var.a is 1
  An argument named "inputs" is not expected here.`);
  const bare = {
    ...diagnostic,
    file: null,
    line: null,
    snippet: null,
    context: null,
    values: [],
    detail: '',
  };
  expect(diagnosticText(bare)).toBe('error: Unsupported argument\n  in terraform_data.x');
  expect(diagnosticText({ ...bare, summary: 'a\u001b[2Jb' })).toContain('a[2Jb');
});

test('advice of a diagnostic names options of the command line; its code line stays as it is', () => {
  const advice = 'Give its value in `variables` of the request.';
  const text = diagnosticText({ ...diagnostic, snippet: `# ${advice}`, detail: advice });
  expect(text).toContain(`| # ${advice}\n`);
  expect(text).toMatch(/\n {2}Give its value with --var or --var-file\.$/);
});
