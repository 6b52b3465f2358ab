import { z } from 'zod';

/** Limits on uploaded code: sum of all contents in bytes (UTF-8), number of files, path length. */
export const maxCodeBytes = 5 * 1024 * 1024;
export const maxFiles = 500;
export const maxPathLength = 255;
/** Longest name that file systems take. */
const maxNameBytes = 255;
/** Where `iacCode` is stored. */
export const singleFileName = 'main.tf';

/** Why a path may not be used inside a project, or `undefined` where it may. */
export function pathProblem(path: string): string | undefined {
  if (path.length === 0) return 'the path is empty';
  if (path.length > maxPathLength) return `the path is longer than ${maxPathLength} characters`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\u0000-\u001f\u007f\\]/.test(path)) return 'the path has a backslash or a control character';
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path))
    return 'the path is absolute; give it relative to the project';
  if (!path.isWellFormed()) return 'the path is not well-formed Unicode';
  const segments = path.split('/');
  if (segments.some((segment) => Buffer.byteLength(segment) > maxNameBytes))
    return `a file or folder name in the path is longer than ${maxNameBytes} bytes`;
  if (segments.some((segment) => segment === '..')) return 'the path leaves the project with ".."';
  if (segments.some((segment) => segment === '' || segment === '.'))
    return 'the path has an empty or "." segment';
  if (segments.some((segment) => segment.startsWith('.'))) return 'hidden files are not accepted';
  if (segments.some((segment) => segment.startsWith('~'))) return 'names that begin with "~" are reserved';
  if (segments[0] === 'terraform.d') return 'terraform.d is reserved for plug-ins and not accepted';
  if (/\.tfstate(\.|$)/.test(segments.at(-1) ?? ''))
    return 'state files are not accepted; the engine keeps the state';
  return undefined;
}

/** A file's content: text, or `{ base64 }` for anything that is not UTF-8 text. */
export const fileContentSchema = z.union([z.string(), z.strictObject({ base64: z.base64() })]);
export type FileContent = z.infer<typeof fileContentSchema>;

/** Relative path → content. */
export const filesSchema = z.record(z.string(), fileContentSchema).superRefine((files, context) => {
  const paths = Object.keys(files);
  if (paths.length === 0)
    context.addIssue({ code: 'custom', message: 'files is empty; give at least one .tf file' });
  if (paths.length > maxFiles)
    context.addIssue({ code: 'custom', message: `${paths.length} files; at most ${maxFiles} are accepted` });
  for (const path of paths) {
    const problem = pathProblem(path);
    if (problem) context.addIssue({ code: 'custom', path: [path], message: problem });
  }
  for (const path of paths)
    if (paths.some((other) => other.startsWith(`${path}/`)))
      context.addIssue({ code: 'custom', path: [path], message: 'the path is both a file and a folder' });
  const bytes = Object.values(files).reduce((sum, content) => sum + contentBytes(content).byteLength, 0);
  if (bytes > maxCodeBytes)
    context.addIssue({
      code: 'custom',
      message: `the files have ${bytes} bytes; at most ${maxCodeBytes} are accepted`,
    });
  if (paths.length > 0 && !paths.some((path) => path.endsWith('.tf') || path.endsWith('.tf.json')))
    context.addIssue({
      code: 'custom',
      message: 'no file ends in .tf or .tf.json; there is nothing to deploy',
    });
});
export type Files = z.infer<typeof filesSchema>;

export function contentBytes(content: FileContent): Buffer {
  return typeof content === 'string' ? Buffer.from(content, 'utf8') : Buffer.from(content.base64, 'base64');
}
