import type { Place } from '../errors.ts';
import type { Tree } from './tree.ts';

/**
 * Lists which place said each value: `path` is like `spec.ports[0].port`. Where no file said it, the place is
 * that of the map for which the kind's schema gave the default.
 */
export function provenanceOf(tree: Tree, path: string): Map<string, Place> {
  const places = new Map<string, Place>();
  collect(tree, path, places);
  return places;
}

function collect(tree: Tree, path: string, places: Map<string, Place>): void {
  if (tree.kind === 'map')
    for (const [key, { value }] of tree.entries) collect(value, `${path}.${key}`, places);
  else if (tree.kind === 'list')
    for (const [index, item] of tree.items.entries()) collect(item, `${path}[${index}]`, places);
  else places.set(path, tree.place);
}
