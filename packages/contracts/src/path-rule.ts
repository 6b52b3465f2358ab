/** Longest path in characters. */
export const maxPathLength = 255;
/** Maximum length of a file name in common file systems. */
const maxNameBytes = 255;

/** Pins versions and checksums of providers; the only hidden file accepted, and only at the root. */
export const lockFileName = '.terraform.lock.hcl';

/** Whether the file is a Terraform test: the engine stores such files but gives them to no run. */
export function isTestFile(path: string): boolean {
  return /\.tftest\.(hcl|json)$/.test(path);
}

/**
 * Returns why a path is not allowed in a project, or `undefined` if it is. Used by the API, the gateway's
 * store, and the runner's upload and tree reader. Must run in a browser too.
 *
 * Invariant: every folder of an accepted path is accepted too. So a reader that walks folders and skips
 * refused ones finds every accepted file.
 */
export function pathProblem(path: string): string | undefined {
  if (path.length === 0) return 'the path is empty';
  if (path.length > maxPathLength) return `the path is longer than ${maxPathLength} characters`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: searches for control characters
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

/** Checks a file's or folder's name alone, independent of its place, so that the invariant holds. */
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
