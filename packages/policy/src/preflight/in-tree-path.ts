import { posix } from 'node:path';
import { type Expression, literalString } from '@deployment-engine/terraform-code';
import { alternativesOf, type PathScope, type Piece } from './path-alternatives.ts';

/** `paths` are relative to the project's root; `null` if the folder's content decides. */
export type PathResult = { inside: true; paths: string[] | null } | { inside: false; reason: string };

/** Whether an expression can only yield files inside the project. Anything unclear counts as outside. */
export function resolvePath(expression: Expression | undefined, scope: PathScope): PathResult {
  const alternatives = expression && alternativesOf(expression, scope);
  if (!alternatives) return outside('the path is not a plain string');
  const paths: string[] = [];
  let exact = true;
  for (const pieces of alternatives) {
    const result = checkPieces(pieces, scope);
    if (!result.inside) return result;
    if (result.paths) paths.push(...result.paths);
    else exact = false;
  }
  return { inside: true, paths: exact ? paths : null };
}

function checkPieces(pieces: Piece[], scope: PathScope): PathResult {
  const [first, ...others] = pieces;
  const base = typeof first === 'object' && 'base' in first ? first.base : undefined;
  const rest = base ? others : pieces;
  let text = '';
  for (const piece of rest) {
    if (typeof piece === 'string') text += piece;
    else if ('base' in piece) return outside('a folder stands in the middle of the path');
    else if (!staysInside(piece.filesetOf, scope)) return outside('the set of files may leave the project');
    else if (text !== '' && !text.endsWith('/')) return outside('a file name is glued to other text');
    else text += 'file';
  }
  return checkText(text, base, scope, !rest.some((piece) => typeof piece === 'object'));
}

function checkText(text: string, base: string | undefined, scope: PathScope, exact: boolean): PathResult {
  if (text.includes('\0')) return outside('the path has a NUL character');
  if (base && text !== '' && !text.startsWith('/')) return outside('"/" is missing after the folder');
  if (!base && /^[/~\\]/.test(text)) return outside('the path is absolute');
  const segments = text.split('/');
  if (segments.includes('..')) return outside('the path goes up with ".."');
  if (segments.some((segment) => segment.startsWith('.') && segment !== '.'))
    return outside('the path names a hidden file');
  const folder = base === 'module' ? scope.module.directory : '.';
  return { inside: true, paths: exact ? [posix.join(folder, `./${text}`)] : null };
}

function outside(reason: string): PathResult {
  return { inside: false, reason };
}

/** Returns the text of a constant expression, following locals; otherwise `undefined`. */
export function constantText(expression: Expression, scope: PathScope): string | undefined {
  const [pieces, ...others] = alternativesOf(expression, scope) ?? [];
  return others.length === 0 && pieces?.every((piece) => typeof piece === 'string')
    ? pieces.join('')
    : undefined;
}

/** Results of `fileset(folder, pattern)` are relative and contain no `..`. */
function staysInside({ arguments: values }: Expression & { kind: 'call' }, { module }: PathScope): boolean {
  const [folder, pattern] = values;
  return resolvePath(folder, { module }).inside && patternProblem(literalString(pattern)) === undefined;
}

/**
 * Returns why a `fileset` pattern may match files outside its folder. Braces can hide `..`, as in `{.,x}./`.
 */
export function patternProblem(pattern: string | undefined): string | undefined {
  if (pattern === undefined) return 'the pattern is not a plain string';
  if (pattern.startsWith('/') || pattern.includes('..')) return 'the pattern leaves the folder';
  if (pattern.includes('\\') || pattern.includes('\0')) return 'the pattern has an escape';
  const plain = pattern.replace(/\{[A-Za-z0-9_*-][^{},]*(?:,[A-Za-z0-9_*-][^{},]*)*\}/g, 'alternatives');
  return /[{}]/.test(plain) ? 'the pattern has alternatives that begin with a dot or are nested' : undefined;
}
