import { z } from 'zod';
import { fileContentSchema, sizeOf } from './files.ts';
import { pathProblem } from './path-rule.ts';

/** Limits on a deployment repository: sum of all contents in bytes (UTF-8), number of files. */
export const maxRepositoryBytes = 20 * 1024 * 1024;
export const maxRepositoryFiles = 2000;
/** JSON escapes characters and base64 is longer than its bytes, so the body may be larger than its files. */
export const maxRepositoryBodyBytes = 32 * 1024 * 1024;

type Context = { addIssue(issue: { code: 'custom'; path?: string[]; message: string }): void };

/** Relative path → content. Hidden files are refused, as in code. */
export const repositoryFilesSchema = z
  .record(z.string(), fileContentSchema)
  .superRefine((files, context) => {
    const paths = Object.keys(files);
    if (paths.length === 0)
      context.addIssue({ code: 'custom', message: 'files is empty; give the files of the repository' });
    if (paths.length > maxRepositoryFiles)
      return context.addIssue({
        code: 'custom',
        message: `${paths.length} files; at most ${maxRepositoryFiles} are accepted`,
      });
    refusePaths(paths, context);
    const folders = new Set(paths.flatMap(foldersAbove));
    for (const path of paths.filter((each) => folders.has(each)))
      context.addIssue({ code: 'custom', path: [path], message: 'the path is both a file and a folder' });
    const bytes = Object.values(files).reduce((sum, content) => sum + sizeOf(content), 0);
    if (bytes > maxRepositoryBytes)
      context.addIssue({
        code: 'custom',
        message: `the files have ${bytes} bytes; at most ${maxRepositoryBytes} are accepted`,
      });
  })
  .meta({
    description: 'Relative path → text, or {"base64": …} for a file that is not UTF-8 text.',
  });
export type RepositoryFiles = z.infer<typeof repositoryFilesSchema>;

export const repositoryArchiveSchema = z.base64().meta({
  description:
    'The repository as a tar.gz or zip archive, in Base64, instead of files and folders. Hidden files are left out; links, and paths that leave the repository, are refused. The same limits hold after unpacking.',
});

export const emptyFoldersSchema = z
  .array(z.string())
  .max(maxRepositoryFiles)
  .superRefine((folders, context) => {
    for (const [index, folder] of folders.entries()) {
      const problem = pathProblem(folder);
      if (problem) context.addIssue({ code: 'custom', path: [String(index)], message: problem });
    }
  })
  .meta({ description: 'Folders without a file, for example an environment that overrides nothing.' });

function refusePaths(paths: string[], context: Context): void {
  for (const path of paths) {
    const problem = pathProblem(path);
    if (problem) context.addIssue({ code: 'custom', path: [path], message: problem });
  }
}

function foldersAbove(path: string): string[] {
  const names = path.split('/');
  return names.slice(1).map((_, index) => names.slice(0, index + 1).join('/'));
}
