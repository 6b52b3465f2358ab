import { sourceRoots, structureOf } from './structure.ts';

test.each(sourceRoots)('%s: at most 12 folders beside each other, and no two import each other', (root) => {
  const { folders, mutualPairs } = structureOf(root);
  expect(folders.length).toBeLessThanOrEqual(12);
  expect(mutualPairs).toStrictEqual([]);
});

test('no file is longer than 300 lines', () => {
  for (const root of sourceRoots) expect(Math.max(...structureOf(root).lines)).toBeLessThanOrEqual(300);
});
