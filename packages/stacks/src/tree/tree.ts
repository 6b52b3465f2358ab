import type { Place } from '../errors.ts';

/** A YAML value in which every key and value knows the file, line and column that said it. */
export type Tree = MapTree | ListTree | ScalarTree | InvalidTree;
export type MapTree = { kind: 'map'; place: Place; entries: Map<string, Entry> };
export type Entry = { key: Place; value: Tree };
export type ListTree = { kind: 'list'; place: Place; items: Tree[] };
export type Scalar = string | number | boolean | null;
export type ScalarTree = {
  kind: 'scalar';
  place: Place;
  value: Scalar;
  /** The text in the file, where it says more than `value`: a number's digits, a text before its variables. */
  source?: string;
};
/** Stands where an error is already reported, so that no other error follows from it. */
export type InvalidTree = { kind: 'invalid'; place: Place };

export type Json = Scalar | Json[] | { [key: string]: Json };

export function invalid(place: Place): InvalidTree {
  return { kind: 'invalid', place };
}

export function emptyMap(place: Place): MapTree {
  return { kind: 'map', place, entries: new Map() };
}

/** Returns the value under these keys; undefined if one is missing or no map is there. */
export function at(tree: Tree | undefined, ...keys: string[]): Tree | undefined {
  let current = tree;
  for (const key of keys) current = current?.kind === 'map' ? current.entries.get(key)?.value : undefined;
  return current;
}

export function mapAt(tree: Tree | undefined, ...keys: string[]): MapTree | undefined {
  const found = at(tree, ...keys);
  return found?.kind === 'map' ? found : undefined;
}

export function listAt(tree: Tree | undefined, ...keys: string[]): Tree[] {
  const found = at(tree, ...keys);
  return found?.kind === 'list' ? found.items : [];
}

export function textOf(tree: Tree | undefined): string | undefined {
  return tree?.kind === 'scalar' && typeof tree.value === 'string' ? tree.value : undefined;
}

export function textAt(tree: Tree | undefined, ...keys: string[]): string | undefined {
  return textOf(at(tree, ...keys));
}

export function numberAt(tree: Tree | undefined, ...keys: string[]): number | undefined {
  const found = at(tree, ...keys);
  return found?.kind === 'scalar' && typeof found.value === 'number' ? found.value : undefined;
}

/** Returns the texts of a map, without those that are no text. */
export function textsOf(tree: Tree | undefined): Record<string, string> {
  if (tree?.kind !== 'map') return {};
  return Object.fromEntries(
    [...tree.entries].flatMap(([key, { value }]) => {
      const text = textOf(value);
      return text === undefined ? [] : [[key, text]];
    }),
  );
}

export function isNull(tree: Tree | undefined): boolean {
  return tree?.kind === 'scalar' && tree.value === null;
}

/** Converts to plain values; what is invalid becomes null. */
export function toJson(tree: Tree): Json {
  switch (tree.kind) {
    case 'map':
      return Object.fromEntries([...tree.entries].map(([key, { value }]) => [key, toJson(value)]));
    case 'list':
      return tree.items.map(toJson);
    case 'scalar':
      return tree.value;
    case 'invalid':
      return null;
  }
}

/** Converts plain values to a tree in which everything has the same place. */
export function fromJson(json: Json, place: Place): Tree {
  if (Array.isArray(json)) return { kind: 'list', place, items: json.map((item) => fromJson(item, place)) };
  if (typeof json !== 'object' || json === null) return { kind: 'scalar', place, value: json };
  const entries = Object.entries(json).map(
    ([key, value]) => [key, { key: place, value: fromJson(value, place) }] as const,
  );
  return { kind: 'map', place, entries: new Map(entries) };
}
