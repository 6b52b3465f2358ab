import { z } from 'zod';
import { pathProblem } from './path-rule.ts';

/** Limits on uploaded code: sum of all contents in bytes (UTF-8), number of files. */
export const maxCodeBytes = 5 * 1024 * 1024;
export const maxFiles = 500;
/** File name under which `iacCode` is stored. */
export const singleFileName = 'main.tf';

/** A file's content: text, or `{ base64 }` if it is not UTF-8 text. */
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
  const bytes = Object.values(files).reduce((sum, content) => sum + sizeOf(content), 0);
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

export function contentBytes(content: FileContent): Uint8Array {
  return typeof content === 'string'
    ? new TextEncoder().encode(content)
    : Uint8Array.from(atob(content.base64), (character) => character.charCodeAt(0));
}

/** Returns the size of a text in bytes (UTF-8). */
export function byteLength(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}

/** Returns the size of a content in bytes. Does not decode, because the content may be no Base64 at all. */
export function sizeOf(content: FileContent): number {
  if (typeof content === 'string') return byteLength(content);
  const padding = content.base64.match(/={1,2}$/)?.[0].length ?? 0;
  return Math.floor((content.base64.length * 3) / 4) - padding;
}
