import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contentBytes, filesSchema, maxCodeBytes, maxFiles } from './files.ts';

/** Where and why files are refused; empty where they are accepted. */
const problems = (files: Record<string, unknown>) =>
  (filesSchema.safeParse(files).error?.issues ?? []).map(({ path, message }) => [path.join('/'), message]);

test('text and Base64 are accepted as contents, nothing else', () => {
  assert.deepEqual(problems({ 'main.tf': 'a', 'b.bin': { base64: 'AAEC' } }), []);
  for (const bad of [1, null, {}, { base64: '!' }, { base64: 'AAEC', text: 'a' }, ['a']])
    assert.equal(problems({ 'main.tf': '', 'b.bin': bad }).length, 1, JSON.stringify(bad));
});

test('a content’s bytes are those of its UTF-8 text, or what its Base64 says', () => {
  assert.deepEqual(contentBytes('ä'), Buffer.from([0xc3, 0xa4]));
  assert.deepEqual(contentBytes({ base64: 'AAEC' }), Buffer.from([0, 1, 2]));
});

test('no files, and files without code, are refused', () => {
  assert.deepEqual(problems({}), [['', 'files is empty; give at least one .tf file']]);
  const nothing = [['', 'no file ends in .tf or .tf.json; there is nothing to deploy']];
  assert.deepEqual(problems({ 'a.txt': '', 'b.tfvars': '', 'c.json': '' }), nothing);
  assert.deepEqual(problems({ 'main.tf': '' }), []);
  assert.deepEqual(problems({ 'main.tf.json': '{}', 'a.txt': '' }), []);
});

test('a path that the path rule refuses is named with its reason', () => {
  const [problem] = problems({ 'main.tf': '', 'a/terraform.tfstate.backup': '{}' });
  assert.equal(problem?.[0], 'a/terraform.tfstate.backup');
  assert.match(problem?.[1] ?? '', /state files/);
});

test('a path cannot be a file and a folder', () => {
  assert.deepEqual(problems({ 'main.tf': '', a: '', 'a/b.tf': '' }), [
    ['a', 'the path is both a file and a folder'],
  ]);
  assert.deepEqual(problems({ 'main.tf': '', ab: '', 'a/b.tf': '' }), []);
});

test('the number of files and the sum of their bytes are limited', () => {
  const many = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}.tf`, '']));
  assert.deepEqual(problems(many(maxFiles)), []);
  assert.deepEqual(problems(many(maxFiles + 1)), [['', '501 files; at most 500 are accepted']]);
  const half = 'x'.repeat(maxCodeBytes / 2);
  assert.deepEqual(problems({ 'a.tf': half, 'b.tf': half }), []);
  assert.deepEqual(problems({ 'a.tf': half, 'b.tf': `${half}y` }), [
    ['', `the files have ${maxCodeBytes + 1} bytes; at most ${maxCodeBytes} are accepted`],
  ]);
});
