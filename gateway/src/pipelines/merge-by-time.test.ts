import fc from 'fast-check';
import { mergeByTime } from './merge-by-time.ts';

const at = (second: number, name: string) => ({
  at: `2026-01-01T00:00:${String(second).padStart(2, '0')}Z`,
  name,
});
const namesOf = (events: { name: string }[]) => events.map(({ name }) => name).join('');

test('events of several lists are merged by time; of one time, the earlier list is first', () => {
  const merged = mergeByTime([[at(1, 'a'), at(3, 'b')], [], [at(1, 'c'), at(2, 'd'), at(9, 'e')]]);
  expect(namesOf(merged)).toBe('acdbe');
});

test('a list whose clock goes back keeps its order', () => {
  expect(namesOf(mergeByTime([[at(5, 'a'), at(1, 'b')], [at(3, 'c')]]))).toBe('cab');
});

test('nothing is lost or doubled, and each list keeps its order', () => {
  const list = fc.array(fc.integer({ min: 0, max: 59 }), { maxLength: 12 });
  fc.assert(
    fc.property(fc.array(list, { maxLength: 5 }), (seconds) => {
      const lists = seconds.map((each, place) => each.map((second, no) => at(second, `${place}.${no} `)));
      const merged = mergeByTime(lists);
      expect(merged.toSorted(byName)).toStrictEqual(lists.flat().toSorted(byName));
      for (const events of lists)
        expect(merged.filter((event) => events.includes(event))).toStrictEqual(events);
    }),
  );
});

function byName(left: { name: string }, right: { name: string }): number {
  return left.name < right.name ? -1 : 1;
}
