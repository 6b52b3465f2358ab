import { annotationText } from './annotations.ts';
import { defused, hasCommand } from './workflow-commands.ts';

/** As the runner reads a line. Source: ActionCommand.TryParseV2 and TryParse of https://github.com/actions/runner */
function isCommand(line: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the runner trims them
  return line.replace(/^[\s\u001c-\u001f\u0085]+/, '').startsWith('::') || line.includes('##[');
}

test.each([
  '::add-mask::x',
  '  \t::set-output name=a::b',
  '\u00a0\u2028::error::x',
  '\u0085::error::x',
  'text\r::stop-commands::x',
  'text\n\n ::group::x',
  'in the middle ##[add-mask]x',
  '####[debug]x',
  ':::error::x',
  '::::error::x',
])('no line of %j is a command once it is defused', (text) => {
  expect(text.split(/[\r\n]/).some(isCommand)).toBe(true);
  expect(
    defused(text)
      .split(/[\r\n]/)
      .some(isCommand),
  ).toBe(false);
  expect(hasCommand(text)).toBe(true);
});

test('other texts, and the meaning of JSON, stay', () => {
  for (const text of ['a::b', 'module.a["::x"]', '12:00:00Z ::error::', '# [x]', 'x: : y'])
    expect(defused(text)).toBe(text);
  const value = { a: '##[add-mask]x', b: ['::error::\n::x'] };
  for (const indent of [0, 2]) {
    const text = defused(JSON.stringify(value, null, indent));
    expect(text.split('\n').some(isCommand)).toBe(false);
    expect(JSON.parse(text)).toStrictEqual(value);
  }
});

test('an annotation is one line, and its texts can neither end it nor add a property', () => {
  const hostile = '##[add-path]a,file=/etc/passwd::b\r\n::add-mask::c%0A\n\u001b[31m::set-env name=X::y';
  const text = annotationText({ level: 'error', title: hostile, file: hostile, line: 3, message: hostile });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: there are none
  expect(text).not.toMatch(/[\r\n\u001b]|##\[/);
  const [, properties = '', data = ''] = /^::error (.*?)::(.*)$/.exec(text) ?? [];
  expect(properties.split(',').map((each) => each.split('=')[0])).toStrictEqual(['title', 'file', 'line']);
  expect(data).toContain('%0A::add-mask::c%250A%0A[31m::set-env');
  expect(annotationText({ level: 'warning', message: 'plain' })).toBe('::warning::plain');
});
