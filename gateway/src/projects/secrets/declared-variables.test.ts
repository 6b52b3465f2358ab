import { declaredIn, declaredVariables } from './declared-variables.ts';

const reads = (path: string, text: string) => declaredVariables(new Map([[path, Buffer.from(text)]]));
const hcl = (body: string) => reads('main.tf', `variable "word" {\n${body}\n}\nvariable "other" {}\n`);

for (const value of ['true', '(true)', '"true"', '((true))', '!false', '1 == 1', 'true # yes', '/* */ true'])
  test(`sensitive = ${value} makes a variable sensitive`, () => {
    const variables = hcl(`  type = string\n  sensitive = ${value}`);
    expect(variables.isSensitive('word')).toBe(true);
    expect(variables.isSensitive('other')).toBe(false);
  });

for (const body of [
  '',
  'sensitive = false',
  'sensitive = "false"',
  '# sensitive = true',
  'description = "sensitive = true"',
])
  test(`{ ${body} } is not sensitive`, () => {
    expect(hcl(body).isSensitive('word')).toBe(false);
    expect(hcl(body).declares('word')).toBe(true);
  });

for (const value of ['true', '"true"', '"${true}"'])
  test(`"sensitive": ${value} in JSON makes a variable sensitive`, () => {
    const variables = reads('main.tf.json', `{"variable":{"word":{"sensitive":${value}},"other":{}}}`);
    expect(variables.isSensitive('word')).toBe(true);
    expect(variables.isSensitive('other')).toBe(false);
  });

test('a variable block is found if it is on one line, without quotes or after a comment', () => {
  expect(reads('a.tf', 'variable word { sensitive = (true) }').isSensitive('word')).toBe(true);
  expect(reads('a.tf', 'variable /* x */ "word" {\n sensitive = true\n}').isSensitive('word')).toBe(true);
});

test('a variable in a comment or a heredoc is not declared', () => {
  const text = '# variable "word" {}\nlocals {\n  a = <<E\nvariable "word" {}\nE\n}\n';
  expect(reads('a.tf', text).declares('word')).toBe(false);
});

test('code that cannot be read counts as declaring every variable sensitive', () => {
  expect(reads('a.tf', 'variable "').isSensitive('word')).toBe(true);
});

test('the code of a digest is read once, another digest is read again', async () => {
  let count = 0;
  const files = (text: string) => () => {
    count += 1;
    return new Map([['a.tf', Buffer.from(text)]]);
  };
  const sensitive = files('variable "word" { sensitive = true }');
  for (let index = 0; index < 3; index += 1)
    expect((await declaredIn('digest-1', sensitive)).isSensitive('word')).toBe(true);
  expect(count).toBe(1);
  expect((await declaredIn('digest-2', files('variable "word" {}'))).isSensitive('word')).toBe(false);
});
