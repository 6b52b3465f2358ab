import { LineCounter } from 'yaml';
import type { Place, Report } from '../errors.ts';
import type { ComponentSource } from '../loading/component.ts';
import { filesBelow, type Repository, relativeTo } from '../repository.ts';
import { didYouMean } from '../suggest.ts';
import { listAt, type Tree, textOf } from '../tree/tree.ts';
import type { Scope } from '../variables/scope.ts';

/**
 * Returns the files that `spec.configs.files` names, with their variables expanded: name → text. A file of the
 * environment replaces the component's.
 */
export function readConfigs(
  source: ComponentSource,
  spec: Tree,
  scope: Scope,
  repository: Repository,
  report: Report,
): Record<string, string> | undefined {
  const configs: [string, string][] = [];
  for (const item of listAt(spec, 'configs', 'files')) {
    const name = textOf(item);
    if (name === undefined) continue;
    const path = pathOf(name, source, repository);
    const text = path === undefined ? undefined : repository.text(path);
    if (path === undefined || text === undefined) {
      const folder = `${source.folder.path}/configs`;
      const hint = didYouMean(name, namesIn(source));
      report.error('missing_file', item.place, `${name} does not exist in ${folder}${hint}`);
      continue;
    }
    const expanded = scope.expand(text, placesIn(path, text));
    if (expanded !== undefined) configs.push([name, expanded]);
  }
  return configs.length > 0 ? Object.fromEntries(configs) : undefined;
}

function pathOf(
  name: string,
  { folder, overlay }: ComponentSource,
  repository: Repository,
): string | undefined {
  const candidates = [overlay, folder].flatMap((where) => (where ? `${where.path}/configs` : []));
  return candidates
    .map((configs) => ({ configs, path: relativeTo(`${configs}/`, name) }))
    .find(({ configs, path }) => path.startsWith(`${configs}/`) && repository.has(path))?.path;
}

function namesIn({ folder, overlay }: ComponentSource): string[] {
  return [folder, overlay].flatMap((where) => {
    const configs = where?.folders.get('configs');
    return configs ? filesBelow(configs).map((path) => path.slice(configs.path.length + 1)) : [];
  });
}

/** Returns what gives the place of an offset in a file. */
function placesIn(file: string, text: string): (offset: number) => Place {
  let lines: LineCounter | undefined;
  return (offset) => {
    if (!lines) {
      lines = new LineCounter();
      lines.addNewLine(0);
      for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1))
        lines.addNewLine(end + 1);
    }
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
}
