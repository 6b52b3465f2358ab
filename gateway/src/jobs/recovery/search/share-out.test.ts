import type { OrphanRow } from '../orphan-store.ts';
import { type Finding, shareOut } from './share-out.ts';

const finding = (type: string, candidates: string[]): Finding => ({
  row: { type } as OrphanRow,
  candidates,
  problems: [],
  isConclusive: true,
});
const shared = (...findings: Finding[]) => shareOut(findings).map(({ candidates }) => candidates);

test('orphans that find the same objects get one each; with too few objects, the last orphans get none', () => {
  expect(shared(finding('a', ['x', 'y']), finding('a', ['x', 'y']), finding('a', ['x', 'y']))).toStrictEqual([
    ['x'],
    ['y'],
    [],
  ]);
});

test('if there are more objects than orphans, each orphan keeps all of them for a person to choose', () => {
  expect(shared(finding('a', ['x', 'y']))).toStrictEqual([['x', 'y']]);
});

test('orphans of different types do not share objects', () => {
  expect(shared(finding('a', ['x']), finding('b', ['x']))).toStrictEqual([['x'], ['x']]);
});
