import { compareTexts } from '../errors.ts';

/** `component` needs `dependsOn` first. */
export type Dependency = { component: string; dependsOn: string };

/**
 * Groups components so that each comes after everything it depends on, as early as possible; within a wave by
 * name. Components in a cycle are left out.
 */
export function wavesOf(components: Iterable<string>, dependencies: Iterable<Dependency>): string[][] {
  const open = new Map([...components].map((id) => [id, new Set<string>()]));
  const dependents = new Map<string, string[]>();
  for (const { component, dependsOn } of dependencies) {
    if (!open.has(component) || !open.has(dependsOn)) continue;
    open.get(component)?.add(dependsOn);
    dependents.set(dependsOn, [...(dependents.get(dependsOn) ?? []), component]);
  }
  const waves: string[][] = [];
  let wave = [...open].filter(([, needs]) => needs.size === 0).map(([id]) => id);
  while (wave.length > 0) {
    waves.push(wave.sort(compareTexts));
    const next: string[] = [];
    for (const done of wave)
      for (const id of dependents.get(done) ?? []) {
        const needs = open.get(id);
        if (needs?.delete(done) && needs.size === 0) next.push(id);
      }
    wave = next;
  }
  return waves;
}

/** The order of a destroy: what nothing depends on first. */
export function destroyWaves(waves: string[][]): string[][] {
  return waves.toReversed();
}
