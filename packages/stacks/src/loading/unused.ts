import { startOf } from '../errors.ts';
import { type Folder, filesBelow } from '../repository.ts';
import type { LoadContext } from './context.ts';

/** Files that have a meaning but are not read here. */
const readElsewhere = /\/(?:configs|docs)\/|\/services\/[^/]+\/secrets\.ya?ml$/;

/** Warns of YAML files of the stack that nothing reads, for example because of a misspelt folder. */
export function reportUnused({ folder, overlay, repository, report }: LoadContext): void {
  const environments = folder.folders.get('environments')?.path;
  const isOther = ({ path }: Folder) => path === environments;
  const base = [...folder.folders.values()].filter((inner) => !isOther(inner)).flatMap(filesBelow);
  const files = [...folder.files.map((name) => `${folder.path}/${name}`), ...base];
  for (const file of [...files, ...(overlay ? filesBelow(overlay) : [])]) {
    if (!/\.ya?ml$/.test(file) || readElsewhere.test(file) || repository.isUsed(file)) continue;
    report.warn('unused_file', startOf(file), 'nothing reads this file; is its name or folder misspelt?');
  }
}
