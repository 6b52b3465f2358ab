import { comparePlaces, compareTexts, type Place, placeText } from '../errors.ts';

export type Arrow = { from: string; to: string; place: Place };
/** `path` begins and ends with the smallest name; `place` is where that one names the next. */
export type Cycle = { path: string[]; place: Place };

/** A tangle of services could have thousands. */
const maxCycles = 100;

/**
 * Finds the cycles of a graph: one for each first step, so that without the first steps of all no cycle is left.
 * Steps that one place says count as one.
 */
export function findCycles(arrows: Arrow[]): Cycle[] {
  const cycles: Cycle[] = [];
  let live = arrows;
  while (cycles.length < maxCycles) {
    const found = stronglyConnected(live).map((names) => cycleIn(names, live));
    if (found.length === 0) break;
    cycles.push(...found);
    const places = new Set(found.map(({ place }) => placeText(place)));
    const steps = new Set(found.map(({ path }) => `${path[0]} ${path[1]}`));
    live = live.filter(({ from, to, place }) => !places.has(placeText(place)) && !steps.has(`${from} ${to}`));
  }
  return cycles.slice(0, maxCycles);
}

/** Returns the shortest cycle through the smallest of names that all reach each other. */
function cycleIn(names: Set<string>, arrows: Arrow[]): Cycle {
  const start = [...names].sort(compareTexts)[0] as string;
  const next = targets(arrows.filter(({ from, to }) => names.has(from) && names.has(to)));
  const before = new Map<string, string>();
  const queue = [start];
  for (const name of queue)
    for (const target of next.get(name) ?? [])
      if (!before.has(target)) {
        before.set(target, name);
        queue.push(target);
      }
  const path = [start];
  for (let name = before.get(start); name !== undefined && name !== start; name = before.get(name))
    path.unshift(name);
  path.unshift(start);
  const places = arrows.filter(({ from, to }) => from === start && to === path[1]).map(({ place }) => place);
  return { path, place: places.sort(comparePlaces)[0] as Place };
}

function targets(arrows: Arrow[]): Map<string, string[]> {
  const next = new Map<string, string[]>();
  for (const { from, to } of arrows) {
    const known = next.get(from);
    if (known) known.push(to);
    else next.set(from, [to]);
  }
  for (const list of next.values()) list.sort(compareTexts);
  return next;
}

/** Groups of names that all reach each other (Tarjan), without recursion; single names only if they name themselves. */
function stronglyConnected(arrows: Arrow[]): Set<string>[] {
  const next = targets(arrows);
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const open: string[] = [];
  const isOpen = new Set<string>();
  const groups: Set<string>[] = [];
  const enter = (name: string) => {
    order.set(name, order.size);
    low.set(name, order.size - 1);
    open.push(name);
    isOpen.add(name);
    return { name, rest: [...(next.get(name) ?? [])] };
  };
  for (const root of next.keys()) {
    if (order.has(root)) continue;
    const path = [enter(root)];
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const target = top.rest.pop();
      if (target !== undefined) {
        if (!order.has(target)) path.push(enter(target));
        else if (isOpen.has(target)) lower(low, top.name, order.get(target));
        continue;
      }
      path.pop();
      const above = path.at(-1);
      if (above) lower(low, above.name, low.get(top.name));
      if (low.get(top.name) !== order.get(top.name)) continue;
      const group = new Set(open.splice(open.indexOf(top.name)));
      for (const name of group) isOpen.delete(name);
      if (group.size > 1 || next.get(top.name)?.includes(top.name)) groups.push(group);
    }
  }
  return groups;
}

function lower(low: Map<string, number>, name: string, value = Number.POSITIVE_INFINITY): void {
  low.set(name, Math.min(low.get(name) ?? value, value));
}
