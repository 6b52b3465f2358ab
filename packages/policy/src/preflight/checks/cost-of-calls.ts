import { type Expression, walkExpression } from '@deployment-engine/terraform-code';
import { constantText } from '../in-tree-path.ts';
import type { PathScope } from '../path-alternatives.ts';
import { constantNumber } from './constant-number.ts';

/** A bcrypt of cost 12 takes about 0.3 s; each step doubles it. */
const maxBcryptCost = 12;
const maxFormatWidth = 10_000;

/** Finds calls whose result or running time is out of proportion to the code. */
export function checkCallCost(
  name: string,
  call: Expression & { kind: 'call' },
  scope: PathScope,
  report: (message: string) => void,
): void {
  const [first, second] = call.arguments;
  if (name === 'bcrypt' && second) {
    const cost = constantNumber(second, scope.module);
    if (cost === undefined || cost > maxBcryptCost)
      report(`bcrypt() with a cost that is not a plain number up to ${maxBcryptCost} runs for minutes`);
  }
  if ((name === 'format' || name === 'formatlist') && first && widest(first, scope) > maxFormatWidth)
    report(`${name}() with a width over ${maxFormatWidth} fills the memory`);
  if (name === 'indent' && first && (constantNumber(first, scope.module) ?? 0) > maxFormatWidth)
    report(`indent() by more than ${maxFormatWidth} fills the memory`);
}

/** Calls may build any text, so every number in their texts counts as a width. */
function widest(format: Expression, scope: PathScope): number {
  const constant = constantText(format, scope);
  if (constant !== undefined) return widthOf(constant);
  let width = 0;
  let isComputed = false;
  const texts: string[] = [];
  walkExpression(format, (part) => {
    if (part.kind === 'call') isComputed = true;
    if (part.kind === 'literal') texts.push(String(part.value));
  });
  for (const text of texts)
    width = Math.max(width, widthOf(isComputed ? `%${text.replace(/\D+/g, ' ')}` : text));
  return width;
}

/** Returns the largest number in the verbs of a format such as `%08.3f` or `%[2]20s`. */
function widthOf(format: string | undefined): number {
  let widest = 0;
  for (const [verb] of (format ?? '').matchAll(/%[-+ #0-9.*[\]]+/g))
    for (const [digits] of verb.matchAll(/[0-9]+/g)) widest = Math.max(widest, Number(digits));
  return widest;
}
