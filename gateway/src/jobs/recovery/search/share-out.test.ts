import type { OrphanRow } from '../orphan-store.ts';
import { type Finding, shareOut } from './share-out.ts';

const finding = (type: string, candidates: string[]): Finding => ({
  row: { type } as OrphanRow,
  candidates,
  problems: [],
  isConclusive: true,
});
const shared = (...findings: Finding[]) => shareOut(findings).map(({ candidates }) => candidates);

test('orphans that find the same objects get one each, and the last none where there are too few', () => {
  expect(shared(finding('a', ['x', 'y']), finding('a', ['x', 'y']), finding('a', ['x', 'y']))).toStrictEqual([
    ['x'],
    ['y'],
    [],
  ]);
});

test('where more objects are found than orphans look for them, each keeps all for a person to choose', () => {
  expect(shared(finding('a', ['x', 'y']))).toStrictEqual([['x', 'y']]);
});

test('orphans of other types share nothing', () => {
  expect(shared(finding('a', ['x']), finding('b', ['x']))).toStrictEqual([['x'], ['x']]);
});
