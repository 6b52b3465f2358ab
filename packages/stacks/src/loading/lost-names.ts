import type { Tree } from '../tree/tree.ts';
import { namePattern } from '../variables/variable-set.ts';
import type { LoadContext } from './context.ts';

/**
 * Returns the names that may be variables of a file with errors, for example below a misspelt `variables`: not to
 * be reported as undefined. None if the file has no error.
 */
export function lostNames(file: string, { repository, report }: LoadContext): string[] {
  if (!repository.has(file) || !report.hasErrorIn(file)) return [];
  return repository.yaml(file).documents.flatMap((tree) => keysOf(tree));
}

function keysOf(tree: Tree): string[] {
  if (tree.kind === 'list') return tree.items.flatMap(keysOf);
  if (tree.kind !== 'map') return [];
  const own = [...tree.entries.keys()].filter((name) => namePattern.test(name));
  return [...own, ...[...tree.entries.values()].flatMap(({ value }) => keysOf(value))];
}
