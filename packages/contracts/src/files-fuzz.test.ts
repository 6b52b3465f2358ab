import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { isAbsolute, join, normalize, posix, relative } from 'node:path';
import fc from 'fast-check';
import { pathProblem } from './path-rule.ts';

const cases = Number(process.env.FUZZ_CASES ?? 2000);
const piece = fc.oneof(
  fc.constantFrom(
    '..',
    '.',
    '',
    '/',
    '\\',
    '\0',
    '\n',
    '~',
    '.git',
    'terraform.d',
    'C:',
    '%2e%2e',
    '…',
    '．．',
    '⁄',
  ),
  fc.constantFrom(
    'main.tf',
    'a',
    'modules',
    'x.tfstate',
    'x.tfstate.backup',
    'terraform.tfstate.d',
    'ä'.repeat(200),
    'a'.repeat(300),
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const paths = fc
  .tuple(fc.array(piece, { maxLength: 6 }), fc.constantFrom('/', '//', '\\', ''))
  .map(([pieces, separator]) => pieces.join(separator));

test('an accepted path stays inside the project and keeps its name', () => {
  fc.assert(
    fc.property(paths, (path) => {
      if (pathProblem(path) !== undefined) return;
      const root = '/project/root';
      const full = join(root, path);
      assert.ok(!isAbsolute(path));
      expect(relative(root, full)).toBe(path);
      expect(posix.normalize(path)).toBe(path);
      assert.ok(!normalize(full).includes('..') || path.includes('..'));
      for (const segment of path.split('/')) {
        assert.ok(segment !== '..' && !segment.startsWith('.'));
        assert.ok(Buffer.byteLength(segment) <= 255, 'too long for a file name');
      }
      assert.ok(path.isWellFormed(), 'its bytes would be a different name');
    }),
    { numRuns: cases },
  );
});

test('every folder of an accepted path is accepted, so a reader that skips refused ones finds every file', () => {
  fc.assert(
    fc.property(paths, (path) => {
      if (pathProblem(path) !== undefined) return;
      const segments = path.split('/');
      for (let length = 1; length < segments.length; length += 1)
        expect(pathProblem(segments.slice(0, length).join('/'))).toBe(undefined);
    }),
    { numRuns: cases },
  );
});

for (const path of ['x.tfstate/main.tf', 'terraform.tfstate.d/a/main.tf', 'a/b.tfstate.backup/main.tf'])
  test(`${path} is refused because of its folder`, () => {
    expect(pathProblem(path) ?? '').toMatch(/state files, and folders named like one/);
  });

test('the path rule runs in a browser', () => {
  const source = readFileSync(join(import.meta.dirname, 'path-rule.ts'), 'utf8');
  expect(source).not.toMatch(/^import /m);
  expect(source).not.toMatch(/\bBuffer\b|\bprocess\./);
});
