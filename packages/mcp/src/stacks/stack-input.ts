import { environmentName, repositoryFilesSchema, stackName } from '@deployment-engine/contracts';
import { z } from 'zod';
import type { Call } from '../call/call.ts';
import { CallError } from '../call/call-error.ts';
import { foldersOf } from '../projects/code-input.ts';

const folder = z
  .string()
  .optional()
  .describe('Folder of the deployment repository on this machine, instead of files');
const variables = z
  .record(z.string(), z.string())
  .optional()
  .describe("Values on top of the repository's variables, for example VERSION");

export const stack = stackName.describe('The stack');
export const environment = environmentName.describe('The environment, for example development');

const fields = {
  files: repositoryFilesSchema.optional().describe('Files of the deployment repository by path'),
  folder,
  variables,
};

/** Fields by which a tool takes a deployment repository. */
export function repositoryInput(hasFolders: boolean): typeof fields {
  const { folder: _, ...elsewhere } = fields;
  return hasFolders ? fields : (elsewhere as typeof fields);
}

/** A part of a stack. */
export const scope = {
  service: z.string().max(63).optional().describe('Only this service'),
  component: z.string().max(200).optional().describe('Only this component, for example user-service/api'),
};

type GivenRepository = {
  files?: z.output<typeof repositoryFilesSchema> | undefined;
  folder?: string | undefined;
  variables?: Record<string, string> | undefined;
};

/** Returns a repository as the API takes it. Throws unless exactly one source is given. */
export async function repositoryBody(
  call: Call,
  { files, folder: path, variables: values }: GivenRepository,
) {
  if ((files === undefined) === (path === undefined))
    throw new CallError('reading the repository: give either files or folder');
  const read = path === undefined ? { files: files ?? {} } : await foldersOf(call).repository(path);
  return { ...read, ...(values === undefined ? {} : { variables: values }) };
}
