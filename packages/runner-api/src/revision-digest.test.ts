import { createHash } from 'node:crypto';
import { revisionDigest } from './revision-digest.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const digest = (files: Record<string, string>) =>
  revisionDigest(new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)])));

test('the digest is that of one line for each file, sorted by path', () => {
  const expected = sha256(`a.tf ${sha256('1')}\nb/c.tf ${sha256('2')}\n`);
  expect(digest({ 'b/c.tf': '2', 'a.tf': '1' })).toBe(expected);
  expect(digest({ 'a.tf': '1', 'b/c.tf': '2' })).toBe(expected);
  expect(digest({})).toBe(sha256(''));
});

test('another path, content or number of files gives another digest', () => {
  const variants = [{ 'a.tf': '1' }, { 'b.tf': '1' }, { 'a.tf': '2' }, { 'a.tf': '1', 'b.tf': '1' }, {}];
  expect(new Set(variants.map((files) => digest(files as Record<string, string>))).size).toBe(
    variants.length,
  );
});
