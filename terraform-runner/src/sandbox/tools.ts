import { findExecutable } from '../files/executable.ts';

/** Absolute paths of the programs that a sandbox uses; `undefined` if missing. */
export type Tools = Record<'bwrap' | 'setpriv' | 'prlimit' | 'nsenter', string | undefined>;

export const bubblewrapHint =
  'install bubblewrap (apt-get install bubblewrap, dnf install bubblewrap, apk add bubblewrap)';

export function findTools(searchPath: string): Tools {
  const find = (name: string) => findExecutable(searchPath, [name]);
  return {
    bwrap: find('bwrap'),
    setpriv: find('setpriv'),
    prlimit: find('prlimit'),
    nsenter: find('nsenter'),
  };
}
