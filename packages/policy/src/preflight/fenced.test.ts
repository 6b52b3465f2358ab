import { judge } from './code-fixture.ts';
import { fencedFiles } from './fenced.ts';

const found = (text: string, path = 'main.tf') => {
  const [diagnostic] = fencedFiles(new Map([[path, text]]), judge({ [path]: text }).findings);
  return diagnostic && [diagnostic.line, /Send lines (\d+ to \d+)/.exec(diagnostic.detail)?.[1]];
};
const code = 'locals {\n  a = 1\n}\n';

const wrapped: [name: string, text: string, expected: unknown][] = [
  ['fences', `\`\`\`hcl\n${code}\`\`\`\n`, [1, '2 to 4']],
  ['fences without an end', `\`\`\`\n${code}`, [1, '2 to 5']],
  ['tildes', `~~~terraform\n${code}~~~`, [1, '2 to 4']],
  ['fences that are indented', `  \`\`\`\n${code}  \`\`\`\n`, [1, '2 to 4']],
  ['a closing fence alone', `${code}\`\`\`\n`, [4, '1 to 3']],
  ['windows line ends', '```\r\nlocals {}\r\n```\r\n', [1, '2 to 2']],
  [
    'a heading and a list',
    `# Infrastructure\n\n- one local\n\n**Code:**\n\`\`\`\n${code}\`\`\`\n`,
    [6, '7 to 9'],
  ],
  ['a sentence before', `Here you go:\n${code}`, [1, '2 to 4']],
  ['a sentence after', `${code}\nLet me know if you need more!\n`, [5, '1 to 3']],
  ['a text of several words', `Terraform code for the network\n${code}`, [1, '2 to 4']],
];
for (const [name, text, expected] of wrapped)
  test(`code with ${name} around it is reported with the lines to send`, () =>
    expect(found(text)).toStrictEqual(expected));

test('JSON in fences is reported too', () =>
  expect(found('```json\n{"locals": {}}\n```\n', 'main.tf.json')).toStrictEqual([1, '2 to 2']));

const others: [name: string, text: string][] = [
  ['code that parses', code],
  ['a fence inside a heredoc', 'locals {\n  a = <<EOT\n```\nx\n```\nEOT\n  b = \n}\n'],
  ['a mistake without a text around', 'locals {\n  a = [\n}\n'],
  ['a mistake inside a text', `Here you go:\nlocals {\n  a = [\n}\n`],
  ['only a text', 'I cannot help with that request.\n'],
  ['a block type that is misspelt', 'resorce "a" "b" {\n}\n'],
];
for (const [name, text] of others)
  test(`${name} is left to Terraform`, () => expect(found(text)).toBe(undefined));
