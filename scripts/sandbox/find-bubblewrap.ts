import { installPackages, works } from './apt-get.ts';

/**
 * Ensures that bubblewrap, the sandbox of runs, is installed. If it is missing, installs it as root with
 * apt-get, or else returns how to install it. Returns `undefined` if it is there.
 */
export function bubblewrapProblem(say: (line: string) => void): string | undefined {
  if (process.platform !== 'linux') return 'The sandbox of runs needs Linux.';
  if (isThere()) return undefined;
  if (process.getuid?.() === 0 && works('apt-get', ['--version'])) {
    say('Installing bubblewrap, the sandbox of runs (apt-get install bubblewrap)…');
    if (installPackages(['bubblewrap']) && isThere()) return undefined;
  }
  return 'bubblewrap is missing: runs are not in a sandbox. Install it (apt-get install bubblewrap, dnf install bubblewrap, apk add bubblewrap) and start again.';
}

const isThere = () => works('bwrap', ['--version']);
