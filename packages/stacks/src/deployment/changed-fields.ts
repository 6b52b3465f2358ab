import { compareTexts } from '../errors.ts';
import type { Json } from '../tree/tree.ts';

export type FieldChange = {
  /** For example `image.tag` or `ports[http].port`; empty for the whole value. */
  path: string;
  /** Undefined if the field is new. */
  before: Json | undefined;
  /** Undefined if the field is removed. */
  after: Json | undefined;
};

/**
 * Lists the fields that differ, sorted by path. Lists whose items all have a name are compared by name, lists of maps
 * of the same length by place; any other list changes as a whole, as do a list of which only the order changes and a
 * field that is new or removed. Without `before`, every field at the top is new.
 */
export function changedFields(before: Json | undefined, after: Json): FieldChange[] {
  const changes = isMap(after) ? compare(before ?? {}, after, '') : compare(before, after, '');
  return changes.sort((left, right) => compareTexts(left.path, right.path));
}

function compare(before: Json | undefined, after: Json | undefined, path: string): FieldChange[] {
  if (isMap(before) && isMap(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...names].flatMap((name) =>
      compare(valueAt(before, name), valueAt(after, name), path === '' ? name : `${path}.${name}`),
    );
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const items = [...(itemsByKey(before, after) ?? [])];
    const changes = items.flatMap(([key, [old, current]]) => compare(old, current, `${path}[${key}]`));
    if (changes.length > 0) return changes;
  }
  return isSame(before, after) ? [] : [{ path, before, after }];
}

type Pair = [before: Json | undefined, after: Json | undefined];

/** Pairs the items of two lists; undefined if only the whole lists can be compared. */
function itemsByKey(before: Json[], after: Json[]): Map<string, Pair> | undefined {
  const [old, current] = [byName(before), byName(after)];
  if (old && current) {
    const names = new Set([...old.keys(), ...current.keys()]);
    return new Map([...names].map((name) => [name, [old.get(name), current.get(name)]]));
  }
  if (before.length !== after.length || ![...before, ...after].every(isMap)) return undefined;
  return new Map(before.map((item, index) => [String(index), [item, after[index]]]));
}

/** Undefined unless every item has a name of its own. */
function byName(items: Json[]): Map<string, Json> | undefined {
  const named = items.flatMap((item): [string, Json][] =>
    isMap(item) && typeof item.name === 'string' ? [[item.name, item]] : [],
  );
  const map = new Map(named);
  return map.size === items.length ? map : undefined;
}

function isSame(left: Json | undefined, right: Json | undefined): boolean {
  if (Array.isArray(left) && Array.isArray(right))
    return left.length === right.length && left.every((item, index) => isSame(item, right[index]));
  if (!isMap(left) || !isMap(right)) return left === right;
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => Object.hasOwn(right, name) && isSame(valueAt(left, name), valueAt(right, name)))
  );
}

function valueAt(map: { [key: string]: Json }, name: string): Json | undefined {
  return Object.hasOwn(map, name) ? map[name] : undefined;
}

function isMap(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
