/** Longest path in characters. */
export const maxPathLength = 255;
/** Longest name that file systems take. */
const maxNameBytes = 255;

/** Pins the versions and checksums of providers; the one hidden file that is accepted, and only at the root. */
export const lockFileName = '.terraform.lock.hcl';

/** Whether Terraform reads the file only to test: the engine keeps such files and gives them to no run. */
export function isTestFile(path: string): boolean {
  return /\.tftest\.(hcl|json)$/.test(path);
}

/**
 * Returns why a path may not be used inside a project, or `undefined` where it may. The one rule of the API, the
 * gateway's store, and the runner's upload and tree reader; it uses nothing that a browser lacks.
 *
 * Invariant: every folder of an accepted path is accepted too. A reader that walks folders and skips refused ones
 * therefore finds every accepted file.
 */
export function pathProblem(path: string): string | undefined {
  if (path.length === 0) return 'the path is empty';
  if (path.length > maxPathLength) return `the path is longer than ${maxPathLength} characters`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\u0000-\u001f\u007f\\]/.test(path)) return 'the path has a backslash or a control character';
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path))
    return 'the path is absolute; give it relative to the project';
  if (!path.isWellFormed()) return 'the path is not well-formed Unicode';
  if (path === lockFileName) return undefined;
  const segments = path.split('/');
  if (segments[0] === 'terraform.d') return 'terraform.d is reserved for plug-ins and not accepted';
  for (const segment of segments) {
    const problem = segmentProblem(segment);
    if (problem) return problem;
  }
  return undefined;
}

/** Judges a file's or folder's name alone, wherever it stands, so that the invariant holds. */
function segmentProblem(segment: string): string | undefined {
  if (segment === '..') return 'the path leaves the project with ".."';
  if (segment === '' || segment === '.') return 'the path has an empty or "." segment';
  if (segment.startsWith('.')) return `hidden files are not accepted, but for ${lockFileName} at the root`;
  if (segment.startsWith('~')) return 'names that begin with "~" are reserved';
  if (/\.tfstate(\.|$)/.test(segment))
    return 'state files, and folders named like one, are not accepted; the engine keeps the state';
  if (new TextEncoder().encode(segment).length > maxNameBytes)
    return `a file or folder name in the path is longer than ${maxNameBytes} bytes`;
  return undefined;
}
