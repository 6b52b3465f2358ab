/**
 * Merges lists of events by their time. Each list keeps its own order, whatever the clocks of those who wrote it say; of
 * events of one time, those of an earlier list come first.
 */
export function mergeByTime<T extends { at: string }>(lists: T[][]): T[] {
  const rest = lists.filter((list) => list.length > 0).map((list) => ({ list, next: 0 }));
  const merged: T[] = [];
  while (rest.length > 0) {
    const first = rest.reduce((best, each) => (timeOf(each) < timeOf(best) ? each : best));
    merged.push(first.list[first.next] as T);
    first.next += 1;
    if (first.next === first.list.length) rest.splice(rest.indexOf(first), 1);
  }
  return merged;
}

function timeOf({ list, next }: { list: { at: string }[]; next: number }): string {
  return list[next]?.at ?? '';
}
