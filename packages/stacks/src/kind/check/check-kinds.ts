import { compareTexts } from '../../errors.ts';
import type { KindCatalog } from '../kind.ts';
import { checkKind, type KindProblem } from './check-kind.ts';

export type CheckedKind = { kind: string; problems: KindProblem[] };

/**
 * Checks every kind of a folder: path relative to it → text. Subfolders with a `kind.yaml` are kinds; a folder that
 * has one itself is the kind `name`. Paths of problems are relative to the folder.
 */
export function checkKinds(
  name: string,
  files: ReadonlyMap<string, string>,
  catalog: Pick<KindCatalog, 'infraSchema'>,
): CheckedKind[] {
  if (files.has('kind.yaml')) return [{ kind: name, problems: checkKind(name, files, catalog) }];
  const names = [...files.keys()].flatMap((path) => /^([^/]+)\/kind\.yaml$/.exec(path)?.[1] ?? []);
  return names.sort(compareTexts).map((kind) => {
    const own = [...files].filter(([path]) => path.startsWith(`${kind}/`));
    const inFolder = new Map(own.map(([path, text]) => [path.slice(kind.length + 1), text]));
    const problems = checkKind(kind, inFolder, catalog);
    return { kind, problems: problems.map((problem) => ({ ...problem, file: `${kind}/${problem.file}` })) };
  });
}
