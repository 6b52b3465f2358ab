import { type Place, placeText, type Report } from '../errors.ts';
import { type Entry, invalid, isNull, type ListTree, type MapTree, type Tree } from './tree.ts';

export type MergeContext = {
  report: Report;
  /** The component's own file: a merged map has its place there if the map is in it, else in the upper layer. */
  ownFile?: string;
};

/**
 * Merges an upper layer over a lower one. Maps merge deeply; lists in which every item has a `name` merge by
 * name, with new items at the end; other lists and scalars are replaced; null removes. Reports `merge_conflict`
 * for a map over a list or scalar. Returns undefined if nothing is left.
 */
export function merge(lower: Tree | undefined, upper: Tree, context: MergeContext): Tree | undefined {
  switch (upper.kind) {
    case 'invalid':
      return upper;
    case 'scalar':
      return isNull(upper) ? undefined : upper;
    case 'list':
      return mergeList(lower, upper, context);
    case 'map':
      return mergeIntoMap(lower, upper, context);
  }
}

function mergeIntoMap(lower: Tree | undefined, upper: MapTree, context: MergeContext): Tree {
  if (lower === undefined || lower.kind === 'map' || isReference(upper))
    return mergeMaps(lower?.kind === 'map' ? lower : undefined, upper, context);
  if (lower.kind === 'invalid') return lower;
  const what = lower.kind === 'list' ? 'a list' : 'a single value';
  context.report.error(
    'merge_conflict',
    upper.place,
    `merging layers: a map can't replace ${what}, which ${placeText(lower.place)} gives; remove one of them`,
  );
  return invalid(upper.place);
}

/** A value that another component gives, which may replace a plain value. */
function isReference(map: MapTree): boolean {
  return map.entries.size === 1 && map.entries.has('valueFrom');
}

function mergeMaps(lower: MapTree | undefined, upper: MapTree, context: MergeContext): MapTree {
  const entries = new Map(lower?.entries);
  for (const [one, other] of [
    ['value', 'valueFrom'],
    ['valueFrom', 'value'],
  ] as const)
    if (upper.entries.has(one) && !upper.entries.has(other)) entries.delete(other);
  for (const [name, entry] of upper.entries) {
    const below: Entry | undefined = entries.get(name);
    const value = merge(below?.value, entry.value, context);
    if (value === undefined) entries.delete(name);
    else entries.set(name, { key: keyPlace(below, entry, value), value });
  }
  return { kind: 'map', place: mapPlace(lower, upper, context), entries };
}

/** A key stands where its value comes from. */
function keyPlace(below: Entry | undefined, above: Entry, value: Tree): Place {
  return below && value.place === below.value.place ? below.key : above.key;
}

function mapPlace(lower: MapTree | undefined, upper: MapTree, { ownFile }: MergeContext): Place {
  return lower && lower.place.file === ownFile ? lower.place : upper.place;
}

function mergeList(lower: Tree | undefined, upper: ListTree, context: MergeContext): ListTree {
  const names = namesOf(upper);
  if (names === undefined) {
    const items = upper.items.flatMap((item) => merge(undefined, item, context) ?? [item]);
    return { ...upper, items };
  }
  const merged = new Map<string, Tree>();
  const lowerNames = lower?.kind === 'list' ? namesOf(lower) : undefined;
  if (lower?.kind === 'list' && lowerNames)
    for (const [index, name] of lowerNames.entries()) merged.set(name, lower.items[index] as Tree);
  const seen = new Set<string>();
  for (const [index, name] of names.entries()) {
    const item = upper.items[index] as MapTree;
    if (seen.has(name)) reportRepeatedName(item, name, context.report);
    else if (isDeletion(item)) merged.delete(name);
    else merged.set(name, mergeMaps(merged.get(name) as MapTree | undefined, withoutMark(item), context));
    seen.add(name);
  }
  return { ...upper, items: [...merged.values()] };
}

/** Returns the names of the items; undefined if one has none. */
function namesOf(list: ListTree): string[] | undefined {
  const names: string[] = [];
  for (const item of list.items) {
    const name = item.kind === 'map' ? item.entries.get('name')?.value : undefined;
    if (name?.kind !== 'scalar' || name.value === null) return undefined;
    names.push(String(name.value));
  }
  return names;
}

function reportRepeatedName(item: MapTree, name: string, report: Report): void {
  const place = item.entries.get('name')?.value.place ?? item.place;
  report.error(
    'duplicate_key',
    place,
    `the list already has an item named ${name}; rename or remove one of them`,
  );
}

function isDeletion(item: MapTree): boolean {
  const mark = item.entries.get('$delete')?.value;
  return mark?.kind === 'scalar' && mark.value === true;
}

function withoutMark(item: MapTree): MapTree {
  if (!item.entries.has('$delete')) return item;
  return { ...item, entries: new Map([...item.entries].filter(([key]) => key !== '$delete')) };
}
