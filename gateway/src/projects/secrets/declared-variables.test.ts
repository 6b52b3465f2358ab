import assert from 'node:assert/strict';
import { test } from 'node:test';
import { declaredVariables } from './declared-variables.ts';

const reads = (path: string, text: string) => declaredVariables(new Map([[path, Buffer.from(text)]]));
const hcl = (body: string) => reads('main.tf', `variable "word" {\n${body}\n}\nvariable "other" {}\n`);

for (const value of ['true', '(true)', '"true"', '((true))', '!false', '1 == 1', 'true # yes', '/* */ true'])
  test(`sensitive = ${value} makes a variable sensitive`, () => {
    const variables = hcl(`  type = string\n  sensitive = ${value}`);
    assert.equal(variables.isSensitive('word'), true);
    assert.equal(variables.isSensitive('other'), false);
  });

for (const body of [
  '',
  'sensitive = false',
  'sensitive = "false"',
  '# sensitive = true',
  'description = "sensitive = true"',
])
  test(`{ ${body} } is not sensitive`, () => {
    assert.equal(hcl(body).isSensitive('word'), false);
    assert.equal(hcl(body).declares('word'), true);
  });

for (const value of ['true', '"true"', '"${true}"'])
  test(`"sensitive": ${value} in JSON makes a variable sensitive`, () => {
    const variables = reads('main.tf.json', `{"variable":{"word":{"sensitive":${value}},"other":{}}}`);
    assert.equal(variables.isSensitive('word'), true);
    assert.equal(variables.isSensitive('other'), false);
  });

test('a variable block written on one line, without quotes or behind a comment is found', () => {
  assert.equal(reads('a.tf', 'variable word { sensitive = (true) }').isSensitive('word'), true);
  assert.equal(reads('a.tf', 'variable /* x */ "word" {\n sensitive = true\n}').isSensitive('word'), true);
});

test('a variable in a comment or a heredoc is not declared', () => {
  const text = '# variable "word" {}\nlocals {\n  a = <<E\nvariable "word" {}\nE\n}\n';
  assert.equal(reads('a.tf', text).declares('word'), false);
});

test('code that can not be read declares every variable as sensitive', () => {
  assert.equal(reads('a.tf', 'variable "').isSensitive('word'), true);
});
