import { sourceRoots, structureOf } from './structure.ts';

test.each(sourceRoots.filter((root) => root !== 'terraform-runner/src'))(
  '%s: at most 12 folders beside each other, and no two import each other',
  (root) => {
    const { folders, mutualPairs } = structureOf(root);
    expect(folders.length).toBeLessThanOrEqual(12);
    expect(mutualPairs).toStrictEqual([]);
  },
);

test('terraform-runner/src: no pair of folders that import each other comes on top of the five known ones', () => {
  expect(structureOf('terraform-runner/src').mutualPairs.toSorted()).toStrictEqual([
    'providers → workdir',
    'runs → steps',
    'sandbox → terraform',
    'sandbox → workdir',
    'terraform → workdir',
  ]);
});

test('no file is longer than 300 lines', () => {
  for (const root of sourceRoots) expect(Math.max(...structureOf(root).lines)).toBeLessThanOrEqual(300);
});
