import type { Dependency } from './waves.ts';

/** The chain of components that takes longest, and how long. */
export type CriticalPath = { path: string[]; minutes: number };

/** Finds the longest chain, with `minutesOf` each component. `waves` must hold all of them. */
export function criticalPath(
  waves: string[][],
  dependencies: Dependency[],
  minutesOf: (id: string) => number,
): CriticalPath {
  const best = new Map<string, CriticalPath>();
  let longest: CriticalPath = { path: [], minutes: 0 };
  const needs = new Map<string, string[]>();
  for (const { component, dependsOn } of dependencies)
    needs.set(component, [...(needs.get(component) ?? []), dependsOn]);
  for (const id of waves.flat()) {
    let before: CriticalPath = { path: [], minutes: 0 };
    for (const needed of needs.get(id) ?? []) {
      const chain = best.get(needed);
      if (chain && chain.minutes > before.minutes) before = chain;
    }
    const chain = { path: [...before.path, id], minutes: before.minutes + minutesOf(id) };
    best.set(id, chain);
    if (chain.minutes > longest.minutes) longest = chain;
  }
  return longest;
}
