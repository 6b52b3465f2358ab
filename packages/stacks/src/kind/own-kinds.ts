import { type Report, startOf } from '../errors.ts';
import { KindError } from '../schema/schema.ts';
import { findKind, type KindCatalog } from './kind.ts';
import { readKind } from './read-kinds.ts';

const folder = 'kinds/';

/**
 * Adds the kinds of a repository's `kinds/` to those of the engine. One that can't be used, or that has the name of one
 * of the engine, is an error in the report.
 */
export function withOwnKinds(
  catalog: KindCatalog,
  files: ReadonlyMap<string, string>,
  report: Report,
): KindCatalog {
  const kinds = new Map(catalog.kinds);
  for (const [name, own] of ownFolders(files)) {
    const place = startOf(`${folder}${name}/kind.yaml`);
    if (findKind(catalog, name)) {
      const message = `the engine has a kind ${name}; give your own another name`;
      report.error('invalid_kind', place, message);
      continue;
    }
    try {
      kinds.set(name, { ...readKind(name, own), origin: 'repository' });
    } catch (error) {
      if (!(error instanceof KindError)) throw error;
      report.error('invalid_kind', startOf(`${folder}${error.file}`), error.reason);
    }
  }
  return { ...catalog, kinds };
}

/** Name → path in its folder → text. */
function ownFolders(files: ReadonlyMap<string, string>): Map<string, Map<string, string>> {
  const folders = new Map<string, Map<string, string>>();
  for (const [path, text] of files) {
    if (!path.startsWith(folder)) continue;
    const [name = '', ...rest] = path.slice(folder.length).split('/');
    if (rest.length === 0) continue;
    const own = folders.get(name) ?? new Map<string, string>();
    folders.set(name, own.set(rest.join('/'), text));
  }
  return folders;
}
