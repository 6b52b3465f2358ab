import { z } from 'zod';
import { emptyFoldersSchema, repositoryArchiveSchema, repositoryFilesSchema } from '../repository-files.ts';

/** Words that follow `/api/stacks/` in addresses of other things. */
const reservedStackNames = ['kinds', 'pipelines'];

export const name = (what: string) =>
  z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/, `${what} must be lower-case letters, digits and hyphens, with a letter first`)
    .max(63);

export const stackName = name('stack')
  .refine((text) => !reservedStackNames.includes(text), 'is a reserved word; give the stack another name')
  .meta({ example: 'user-platform' });
export const environmentName = name('environment').meta({ example: 'development' });
export const stackParams = z.object({ stack: stackName });

/** The parts of a request that carry a deployment repository. */
export const stackRepository = {
  files: repositoryFilesSchema.optional(),
  archive: repositoryArchiveSchema.optional(),
  folders: emptyFoldersSchema.optional(),
  variables: z
    .record(z.string(), z.string())
    .optional()
    .meta({ description: "Values on top of the repository's variables.", example: { VERSION: 'v1.0.0' } }),
};

type OneRepository = { files?: unknown; archive?: unknown; folders?: unknown; revision?: unknown };
type IssueContext = { addIssue(issue: { code: 'custom'; path: string[]; message: string }): void };

/** Requires one of `files`, `archive` and, where the request has it, `revision`. */
export function requireOneRepository(names: ('files' | 'archive' | 'revision')[]) {
  return (body: OneRepository, context: IssueContext): void => {
    const given = names.filter((name) => body[name] !== undefined);
    if (given.length !== 1)
      context.addIssue({ code: 'custom', path: ['files'], message: `give one of ${names.join(', ')}` });
    if (body.archive !== undefined && body.folders !== undefined)
      context.addIssue({
        code: 'custom',
        path: ['folders'],
        message: 'an archive has its own folders; leave them out',
      });
  };
}
