import type { Schema } from '../schema/schema.ts';
import { type Entry, emptyMap, type MapTree, type Tree } from '../tree/tree.ts';

/** Fields that files may have at another place, for kinds that have the field at its usual place only. */
const spellings: { from: string[]; to: string[] }[] = [
  { from: ['container', 'command'], to: ['command'] },
  { from: ['container', 'args'], to: ['args'] },
  { from: ['healthCheck', 'path'], to: ['healthCheck', 'readiness', 'http', 'path'] },
  { from: ['healthCheck', 'port'], to: ['healthCheck', 'readiness', 'http', 'port'] },
  { from: ['healthCheck', 'scheme'], to: ['healthCheck', 'readiness', 'http', 'scheme'] },
];

/** Moves fields of a layer to where the schema has them; a field that is already there stays. */
export function withUsualSpelling(spec: Tree, schema: Schema): Tree {
  if (spec.kind !== 'map') return spec;
  let moved = spec;
  for (const { from, to } of spellings) {
    const entry = entryAt(moved, from);
    if (!entry || entryAt(moved, to) || hasField(schema, from) || !hasField(schema, to)) continue;
    moved = withEntry(without(moved, from), to, entry);
  }
  return moved;
}

function hasField(schema: Schema, path: string[]): boolean {
  let current: Schema | undefined = schema;
  for (const name of path) current = current?.properties?.[name];
  return current !== undefined;
}

function entryAt(map: MapTree, [name = '', ...rest]: string[]): Entry | undefined {
  const entry = map.entries.get(name);
  if (rest.length === 0) return entry;
  return entry?.value.kind === 'map' ? entryAt(entry.value, rest) : undefined;
}

/** Leaves out a field, and a map that has no other. */
function without(map: MapTree, [name = '', ...rest]: string[]): MapTree {
  const entries = new Map(map.entries);
  const entry = entries.get(name);
  const inner = entry?.value.kind === 'map' && rest.length > 0 ? without(entry.value, rest) : undefined;
  if (entry && inner && inner.entries.size > 0) entries.set(name, { ...entry, value: inner });
  else entries.delete(name);
  return { ...map, entries };
}

/** Adds a field; a map that is made for it has the field's place. */
function withEntry(map: MapTree, [name = '', ...rest]: string[], entry: Entry): MapTree {
  if (rest.length === 0) return { ...map, entries: new Map(map.entries).set(name, entry) };
  const around = map.entries.get(name);
  const inner = around?.value.kind === 'map' ? around.value : emptyMap(entry.key);
  const value = withEntry(inner, rest, entry);
  return { ...map, entries: new Map(map.entries).set(name, { key: around?.key ?? entry.key, value }) };
}
