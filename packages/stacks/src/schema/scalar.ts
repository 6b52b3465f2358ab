import { nearestName } from '../suggest.ts';
import { invalid, type Json, type Scalar, type ScalarTree, type Tree, toJson } from '../tree/tree.ts';
import { type Check, fail, type Position } from './check.ts';
import type { Schema, TypeName } from './schema.ts';
import { choiceWords, typeWords, valueWords } from './words.ts';

/** Returns the scalar with the schema's type: a text becomes the number or boolean that the schema wants. */
export function checkScalar(schema: Schema, tree: ScalarTree, position: Position, check: Check): Tree {
  if (check.isLayer && (tree.value === null || (typeof tree.value === 'string' && tree.value.includes('${'))))
    return tree;
  const types = [schema.type ?? []].flat();
  const value = types.length === 0 ? tree.value : converted(tree.value, types);
  if (value === undefined) {
    const remedy = remedyFor(tree, types);
    fail(
      check,
      'wrong_type',
      tree.place,
      `${position.path} must be ${typeWords(types)}, but is ${valueWords(tree)}${remedy}`,
    );
    return invalid(tree.place);
  }
  const typed = value === tree.value ? tree : { ...tree, value };
  return isInBounds(schema, typed, position, check) ? typed : invalid(tree.place);
}

function converted(value: Scalar, types: TypeName[]): Scalar | undefined {
  if (types.some((type) => isOfType(value, type))) return value;
  if (typeof value !== 'string') return undefined;
  const isNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(value);
  if (isNumber && types.some((type) => isOfType(Number(value), type))) return Number(value);
  if (types.includes('boolean') && (value === 'true' || value === 'false')) return value === 'true';
  return undefined;
}

function isOfType(value: Scalar, type: TypeName): boolean {
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}

/** Words that were booleans before YAML 1.2. */
const truthOf = new Map([
  ['yes', true],
  ['on', true],
  ['no', false],
  ['off', false],
]);

function remedyFor(tree: ScalarTree, types: TypeName[]): string {
  if (types.includes('string') && (typeof tree.value === 'number' || typeof tree.value === 'boolean'))
    return `; put it in quotes: "${tree.source ?? tree.value}"`;
  const word = truthOf.get(String(tree.value).toLowerCase());
  if (types.includes('boolean') && word !== undefined) return `; write ${word}`;
  const [, digits, unit] = /^(\d+) ?(m|Mi|MB|Gi|GB)$/.exec(String(tree.source ?? tree.value)) ?? [];
  if (digits === undefined || !types.includes('integer')) return '';
  return `; write ${unit?.startsWith('G') ? Number(digits) * 1024 : digits}`;
}

/** Returns whether nothing is wrong; reports the first thing that is. */
function isInBounds(schema: Schema, tree: ScalarTree, { path }: Position, check: Check): boolean {
  const { value } = tree;
  const allowed = schema.enum ?? (schema.const === undefined ? undefined : [schema.const]);
  if (allowed && !allowed.some((choice) => choice === value)) {
    const nearest = nearestName(String(value), allowed.map(String));
    const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
    const message = `${path} must be one of ${choiceWords(allowed)}, but is ${valueWords(tree)}${hint}`;
    fail(check, 'not_allowed_value', tree.place, message);
    return false;
  }
  if (
    schema.pattern !== undefined &&
    typeof value === 'string' &&
    !new RegExp(schema.pattern, 'u').test(value)
  ) {
    const message = `${path} must match ${schema.pattern}, but is ${valueWords(tree)}`;
    fail(check, 'not_allowed_value', tree.place, message);
    return false;
  }
  const size = typeof value === 'number' ? value : typeof value === 'string' ? [...value].length : undefined;
  const [least, most] =
    typeof value === 'number' ? [schema.minimum, schema.maximum] : [schema.minLength, schema.maxLength];
  if (size === undefined || !isOutside(size, least, most)) return true;
  const unit = typeof value === 'string' ? ' characters' : '';
  const message = `${path} must be ${rangeWords(least, most)}${unit}, but is ${valueWords(tree)}`;
  fail(check, 'out_of_range', tree.place, message);
  return false;
}

export function isOutside(size: number, least: number | undefined, most: number | undefined): boolean {
  return (least !== undefined && size < least) || (most !== undefined && size > most);
}

export function rangeWords(least: number | undefined, most: number | undefined): string {
  if (least === undefined) return `at most ${most}`;
  return most === undefined ? `at least ${least}` : `${least} to ${most}`;
}

/** Compares by value, for `uniqueItems`. */
export function keyOf(tree: Tree): string {
  return JSON.stringify(toJson(tree) satisfies Json);
}
