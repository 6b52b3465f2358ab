import type { Json, Tree } from '../tree/tree.ts';
import type { TypeName } from './schema.ts';

const wordsOfTypes: Record<TypeName, string> = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  object: 'a map',
  array: 'a list',
};

export function typeWords(types: TypeName[]): string {
  return types.map((type) => wordsOfTypes[type]).join(' or ');
}

/** Describes a value; a text that variables gave is shown as it is in the file, because it may be a secret. */
export function valueWords(tree: Tree): string {
  if (tree.kind === 'map') return 'a map';
  if (tree.kind === 'list') return 'a list';
  if (tree.kind === 'invalid') return 'not valid';
  if (tree.value === null) return 'empty';
  return typeof tree.value === 'string'
    ? `the text "${shortened(tree.source ?? tree.value)}"`
    : (tree.source ?? String(tree.value));
}

/** Lists the allowed values, at most ten. */
export function choiceWords(values: Json[]): string {
  const texts = values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
  return texts.length > 10 ? `${texts.slice(0, 10).join(', ')}, …` : texts.join(', ');
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
