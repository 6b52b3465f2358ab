import { type Place, placeText, Report } from '../errors.ts';
import { nearestName } from '../suggest.ts';
import {
  type Entry,
  emptyMap,
  fromJson,
  invalid,
  type ListTree,
  type MapTree,
  type Tree,
  textAt,
} from '../tree/tree.ts';
import { type Check, fail, type Position } from './check.ts';
import { checkScalar, isOutside, keyOf, rangeWords } from './scalar.ts';
import type { Schema, TypeName } from './schema.ts';
import { pathOfField } from './search.ts';
import { typeWords, valueWords } from './words.ts';

/**
 * Checks a value and completes it: defaults where nothing is given, texts converted to what the schema wants,
 * fields in the schema's order. What is wrong is reported and becomes invalid.
 */
export function validate(schema: Schema, tree: Tree, position: Position, check: Check): Tree {
  if (tree.kind === 'invalid') return tree;
  const branch = schema.anyOf && branchFor(schema.anyOf, tree);
  if (schema.anyOf && !branch) {
    const types = schema.anyOf.flatMap(({ type }) => type ?? []);
    return wrongType(types, tree, position, check);
  }
  let valid = branch ? validate(branch, tree, position, check) : ofOwnType(schema, tree, position, check);
  for (const part of [...(schema.allOf ?? []), conditional(schema, valid, check)])
    if (part && valid.kind !== 'invalid') valid = validate(part, valid, position, check);
  if (schema.not && !check.isLayer && valid.kind !== 'invalid' && fits(schema.not, valid, check)) {
    fail(check, 'not_allowed_value', tree.place, `${position.path} must not be ${valueWords(tree)}`);
    return invalid(tree.place);
  }
  return valid;
}

/** The alternative that the value can be meant for: the first whose type fits. */
function branchFor(alternatives: Schema[], tree: Tree): Schema | undefined {
  const wanted: (type: TypeName) => boolean =
    tree.kind === 'map'
      ? (type) => type === 'object'
      : tree.kind === 'list'
        ? (type) => type === 'array'
        : (type) => type !== 'object' && type !== 'array';
  return alternatives.find(({ type }) => type === undefined || [type].flat().some(wanted));
}

function ofOwnType(
  schema: Schema,
  tree: Exclude<Tree, { kind: 'invalid' }>,
  position: Position,
  check: Check,
): Tree {
  if (tree.kind === 'scalar') return checkScalar(schema, tree, position, check);
  const types = [schema.type ?? []].flat();
  const type = tree.kind === 'map' ? 'object' : 'array';
  if (types.length > 0 && !types.includes(type)) return wrongType(types, tree, position, check);
  return tree.kind === 'map'
    ? checkMap(schema, tree, position, check)
    : checkList(schema, tree, position, check);
}

function wrongType(types: TypeName[], tree: Tree, position: Position, check: Check): Tree {
  const what = position.path === '' ? 'the document' : position.path;
  const message = `${what} must be ${typeWords(types)}, but is ${valueWords(tree)}`;
  fail(check, 'wrong_type', tree.place, message);
  return invalid(tree.place);
}

function conditional(schema: Schema, tree: Tree, check: Check): Schema | undefined {
  if (!schema.if || tree.kind === 'invalid' || check.isLayer) return undefined;
  return fits(schema.if, tree, check) ? schema.then : schema.else;
}

function fits(schema: Schema, tree: Tree, check: Check): boolean {
  const report = new Report();
  validate(schema, tree, { path: '' }, { ...check, isIncomplete: false, report });
  return report.errors.length === 0;
}

function checkMap(schema: Schema, tree: MapTree, around: Position, check: Check): MapTree {
  const isOwn = !check.isOwnFile || check.isOwnFile(tree.place.file);
  const position: Position = isOwn ? { ...around, owner: tree.place } : around;
  const properties = schema.properties ?? {};
  const entries = new Map<string, Entry>();
  for (const [name, property] of Object.entries(properties)) {
    const entry = completed(schema, name, property, tree, check);
    if (!entry) continue;
    const inner = { ...position, path: joined(position.path, name) };
    entries.set(name, { key: entry.key, value: validate(property, entry.value, inner, check) });
  }
  for (const [name, entry] of tree.entries) {
    if (Object.hasOwn(properties, name)) continue;
    const others = schema.additionalProperties ?? true;
    const inner = { ...position, path: joined(position.path, name) };
    if (others === true || (check.isLayer && name === '$delete')) entries.set(name, entry);
    else if (others === false) reportUnknown(schema, name, entry, inner, check, entries);
    else entries.set(name, { key: entry.key, value: validate(others, entry.value, inner, check) });
  }
  if (!check.isLayer && !check.isIncomplete) reportMissing(schema, entries, tree.place, position, check);
  return { kind: 'map', place: tree.place, entries };
}

/** Returns what the map has under the name, else the default. */
function completed(
  schema: Schema,
  name: string,
  property: Schema,
  tree: MapTree,
  check: Check,
): Entry | undefined {
  const given = tree.entries.get(name);
  if (given || check.isLayer) return given;
  if (property.default !== undefined)
    return { key: tree.place, value: fromJson(property.default, tree.place) };
  const isMissing = schema.required?.includes(name);
  return property['x-always'] && !isMissing ? { key: tree.place, value: emptyMap(tree.place) } : undefined;
}

/** The field that a misspelt one means is there, but invalid: it is not missing as well. */
function reportUnknown(
  schema: Schema,
  name: string,
  entry: Entry,
  { path }: Position,
  check: Check,
  entries: Map<string, Entry>,
): void {
  const known = Object.keys(schema.properties ?? {});
  const nearest = nearestName(name, known);
  if (nearest !== undefined && !entries.has(nearest))
    entries.set(nearest, { key: entry.key, value: invalid(entry.value.place) });
  const meant = pathOfField(check.root, name) ?? nearest;
  const choices = known.length > 0 ? `; known here: ${known.join(', ')}` : '';
  const hint = meant === undefined ? choices : `; did you mean ${meant}?`;
  fail(check, 'unknown_field', entry.key, `${path} is not a known field${hint}`);
}

function reportMissing(
  schema: Schema,
  entries: Map<string, Entry>,
  mapPlace: Place,
  { path, owner = mapPlace }: Position,
  check: Check,
): void {
  for (const name of schema.required ?? []) {
    if (entries.has(name)) continue;
    const rest = owner === mapPlace ? '' : ` here; the rest of ${path} is in ${placeText(mapPlace)}`;
    fail(check, 'missing_field', owner, `${joined(path, name)} is missing; add it${rest}`);
  }
}

function joined(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function checkList(schema: Schema, tree: ListTree, position: Position, check: Check): Tree {
  const { items } = schema;
  if (isOutside(tree.items.length, schema.minItems, schema.maxItems)) {
    const range = rangeWords(schema.minItems, schema.maxItems);
    fail(
      check,
      'out_of_range',
      tree.place,
      `${position.path} must have ${range} items, not ${tree.items.length}`,
    );
    return invalid(tree.place);
  }
  const valid = tree.items.map((item, index) => {
    const path = `${position.path}[${textAt(item, 'name') ?? index}]`;
    return items ? validate(items, item, { ...position, path }, check) : item;
  });
  if (schema.uniqueItems) reportRepeated(valid, position, check);
  return { ...tree, items: valid };
}

function reportRepeated(items: Tree[], { path }: Position, check: Check): void {
  const seen = new Set<string>();
  for (const item of items) {
    const key = keyOf(item);
    if (seen.has(key))
      fail(
        check,
        'not_allowed_value',
        item.place,
        `${path} has ${valueWords(item)} more than once; remove one`,
      );
    seen.add(key);
  }
}
