import { posix } from 'node:path';
import type { Expression } from './hcl/syntax-tree.ts';
import { literalString } from './hcl/syntax-tree.ts';
import type { CodeModule } from './project-code.ts';

/** What a path may refer to where it stands. */
export type PathScope = { module: CodeModule; forEach?: Expression | undefined };

/** `path` is relative to the project's root; `null` where the file is one of several. */
export type PathResult = { inside: true; path: string | null } | { inside: false; reason: string };

/** Text, the folder of the module or of the root, or a relative path that `fileset` found inside the project. */
type Piece = string | { base: 'module' | 'root' } | { fromFileset: true };

/** Whether an expression can only name a file inside the project. Everything that is not plain to see is outside. */
export function resolvePath(expression: Expression | undefined, scope: PathScope): PathResult {
  const pieces = expression && piecesOf(expression, scope);
  if (!pieces) return outside('the path is not a plain string');
  const [first, ...others] = pieces;
  const base = typeof first === 'object' && 'base' in first ? first.base : undefined;
  const rest = base ? others : pieces;
  let text = '';
  for (const piece of rest) {
    if (typeof piece === 'string') text += piece;
    else if ('base' in piece) return outside('a folder stands in the middle of the path');
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
  return { inside: true, path: exact ? posix.join(folder, `./${text}`) : null };
}

function outside(reason: string): PathResult {
  return { inside: false, reason };
}

/** The text of an expression where it is constant, locals followed; otherwise `undefined`. */
export function constantText(expression: Expression, scope: PathScope): string | undefined {
  const pieces = piecesOf(expression, scope);
  return pieces?.every((piece) => typeof piece === 'string') ? pieces.join('') : undefined;
}

/** Locals can double a text at each level, so the pieces are counted. */
const maxPieces = 40;

function piecesOf(expression: Expression, scope: PathScope): Piece[] | undefined {
  const pieces: Piece[] = [];
  return collect(expression, scope, pieces, 0) ? pieces : undefined;
}

function collect(expression: Expression, scope: PathScope, pieces: Piece[], depth: number): boolean {
  if (pieces.length >= maxPieces || depth > 20) return false;
  switch (expression.kind) {
    case 'literal':
      if (expression.value === null) return false;
      pieces.push(String(expression.value));
      return true;
    case 'template':
      return expression.exact && expression.parts.every((part) => collect(part, scope, pieces, depth + 1));
    case 'reference':
      return collectReference(expression, scope, pieces, depth);
    default:
      return false;
  }
}

function collectReference(
  { path, children }: Expression & { kind: 'reference' },
  scope: PathScope,
  pieces: Piece[],
  depth: number,
): boolean {
  const [root, name = ''] = path;
  if (path.length !== 2 || children.length > 0) return false;
  if (root === 'path' && (name === 'module' || name === 'root')) pieces.push({ base: name });
  else if (root === 'each' && scope.forEach && isFilesetInside(scope.forEach, scope))
    pieces.push({ fromFileset: true });
  else if (root === 'local') {
    const local = scope.module.locals.get(name);
    const localScope = { module: scope.module };
    return local !== undefined && collect(local, localScope, pieces, depth + 1);
  } else return false;
  return true;
}

/** `fileset(folder, pattern)`, also in `toset(…)` or through a local. Its results are relative and have no `..`. */
function isFilesetInside(expression: Expression, scope: PathScope): boolean {
  if (expression.kind === 'reference' && expression.path[0] === 'local' && expression.path.length === 2) {
    const local = scope.module.locals.get(expression.path[1] ?? '');
    return local?.kind === 'call' && isFilesetInside(local, { module: scope.module });
  }
  if (expression.kind !== 'call') return false;
  const [first, pattern] = expression.arguments;
  const name = expression.name.replace(/^core::/, '');
  if (name === 'toset')
    return first?.kind === 'call' && first.name !== 'toset' && isFilesetInside(first, scope);
  return (
    name === 'fileset' &&
    resolvePath(first, { module: scope.module }).inside &&
    patternProblem(literalString(pattern)) === undefined
  );
}

/** Why a pattern of `fileset` may find files outside its folder. Braces could hide `..`, as in `{.,x}./`. */
export function patternProblem(pattern: string | undefined): string | undefined {
  if (pattern === undefined) return 'the pattern is not a plain string';
  if (pattern.startsWith('/') || pattern.includes('..')) return 'the pattern leaves the folder';
  if (pattern.includes('\\') || pattern.includes('\0')) return 'the pattern has an escape';
  const plain = pattern.replace(/\{[A-Za-z0-9_*-][^{},]*(?:,[A-Za-z0-9_*-][^{},]*)*\}/g, 'alternatives');
  return /[{}]/.test(plain) ? 'the pattern has alternatives that begin with a dot or are nested' : undefined;
}
