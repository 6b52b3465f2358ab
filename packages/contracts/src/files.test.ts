import assert from 'node:assert/strict';
import { contentBytes, filesSchema, maxCodeBytes, maxFiles } from './files.ts';

/** Returns where and why files are refused; empty if they are accepted. */
const problems = (files: Record<string, unknown>) =>
  (filesSchema.safeParse(files).error?.issues ?? []).map(({ path, message }) => [path.join('/'), message]);

test('text and Base64 are accepted as contents, nothing else', () => {
  expect(problems({ 'main.tf': 'a', 'b.bin': { base64: 'AAEC' } })).toStrictEqual([]);
  for (const bad of [1, null, {}, { base64: '!' }, { base64: 'AAEC', text: 'a' }, ['a']])
    assert.equal(problems({ 'main.tf': '', 'b.bin': bad }).length, 1, JSON.stringify(bad));
});

test('a content has the bytes of its UTF-8 text, or its decoded Base64', () => {
  expect(contentBytes('ä')).toStrictEqual(Uint8Array.of(0xc3, 0xa4));
  expect(contentBytes({ base64: 'AAEC' })).toStrictEqual(Uint8Array.of(0, 1, 2));
});

test('no files, and files without code, are refused', () => {
  expect(problems({})).toStrictEqual([['', 'files is empty; give at least one .tf file']]);
  const nothing = [['', 'no file ends in .tf or .tf.json; there is nothing to deploy']];
  expect(problems({ 'a.txt': '', 'b.tfvars': '', 'c.json': '' })).toStrictEqual(nothing);
  expect(problems({ 'main.tf': '' })).toStrictEqual([]);
  expect(problems({ 'main.tf.json': '{}', 'a.txt': '' })).toStrictEqual([]);
});

test('a path refused by the path rule is reported with its reason', () => {
  const [problem] = problems({ 'main.tf': '', 'a/terraform.tfstate.backup': '{}' });
  expect(problem?.[0]).toBe('a/terraform.tfstate.backup');
  expect(problem?.[1] ?? '').toMatch(/state files/);
});

test('a path cannot be a file and a folder', () => {
  expect(problems({ 'main.tf': '', a: '', 'a/b.tf': '' })).toStrictEqual([
    ['a', 'the path is both a file and a folder'],
  ]);
  expect(problems({ 'main.tf': '', ab: '', 'a/b.tf': '' })).toStrictEqual([]);
});

test('the number of files and the sum of their bytes are limited', () => {
  const many = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}.tf`, '']));
  expect(problems(many(maxFiles))).toStrictEqual([]);
  expect(problems(many(maxFiles + 1))).toStrictEqual([['', '501 files; at most 500 are accepted']]);
  const half = 'x'.repeat(maxCodeBytes / 2);
  expect(problems({ 'a.tf': half, 'b.tf': half })).toStrictEqual([]);
  expect(problems({ 'a.tf': half, 'b.tf': `${half}y` })).toStrictEqual([
    ['', `the files have ${maxCodeBytes + 1} bytes; at most ${maxCodeBytes} are accepted`],
  ]);
});

test('the size of Base64 is that of what it decodes to, and of text that of its UTF-8', () => {
  const rest = 'x'.repeat(maxCodeBytes - 6);
  for (const content of [{ base64: 'AAECAwQF' }, { base64: 'AAECAwQ=' }, { base64: 'AAECAw==' }, 'äöü']) {
    expect(problems({ 'main.tf': rest, a: content })).toStrictEqual([]);
    const bytes = contentBytes(content).byteLength;
    expect(problems({ 'main.tf': `${rest}${'x'.repeat(7 - bytes)}`, a: content })).toStrictEqual([
      ['', `the files have ${maxCodeBytes + 1} bytes; at most ${maxCodeBytes} are accepted`],
    ]);
  }
});
