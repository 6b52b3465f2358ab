import { isMap, isScalar, isSeq, type Pair } from 'yaml';

/** A key that cannot stand where it does, and why. */
export type WrongKey = { problem: string; key: unknown };

/**
 * Finds a key that stands twice in its map, or is a list, a map or null, in a node and everything inside it. The time of the
 * parser's own search grows with the square of the number of keys.
 */
export function wrongKeyIn(root: unknown): WrongKey | undefined {
  const rest: unknown[] = [root];
  for (let node = rest.pop(); rest.length > 0 || node !== undefined; node = rest.pop()) {
    if (isSeq(node)) for (const item of node.items) rest.push(item);
    if (!isMap(node)) continue;
    const found = wrongKeyAmong(node.items);
    if (found) return found;
    for (const { value } of node.items) rest.push(value);
  }
  return undefined;
}

function wrongKeyAmong(items: readonly Pair[]): WrongKey | undefined {
  const names = new Set<string>();
  for (const { key } of items) {
    if (!isScalar(key) || typeof key.value === 'object') return { problem: 'a key is not a text', key };
    const name = String(key.value);
    if (names.has(name)) return { problem: 'Map keys must be unique', key };
    names.add(name);
  }
  return undefined;
}
