import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The programs a sandbox is made of, by absolute path; `undefined` where this machine does not have one. */
export type Tools = Record<'bwrap' | 'setpriv' | 'prlimit' | 'nsenter', string | undefined>;

export const bubblewrapHint =
  'install bubblewrap (apt-get install bubblewrap, dnf install bubblewrap, apk add bubblewrap)';

export function findTools(searchPath: string): Tools {
  const folders = searchPath.split(delimiter).filter(Boolean);
  const find = (name: string) => folders.map((folder) => join(folder, name)).find(isExecutable);
  return {
    bwrap: find('bwrap'),
    setpriv: find('setpriv'),
    prlimit: find('prlimit'),
    nsenter: find('nsenter'),
  };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
