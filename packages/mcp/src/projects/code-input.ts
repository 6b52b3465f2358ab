import { filesSchema, iacCodeSchema, projectIdSchema, variablesSchema } from '@deployment-engine/contracts';
import { z } from 'zod';
import type { Call } from '../call/call.ts';
import { CallError } from '../call/call-error.ts';

const folder = z
  .string()
  .optional()
  .describe('Folder of the Terraform code on this machine, instead of code or files');

const fields = {
  code: iacCodeSchema.optional().describe('Terraform code as one text'),
  files: filesSchema.optional().describe('Terraform code as files by path, for example main.tf'),
  folder,
  variables: variablesSchema.optional().describe('Values of input variables by name; no secrets'),
};

/** Fields by which a tool takes Terraform code; a folder only where the server runs on the caller's machine. */
export function codeInput(hasFolders: boolean): typeof fields {
  const { folder: _, ...elsewhere } = fields;
  return hasFolders ? fields : (elsewhere as typeof fields);
}

export const project = projectIdSchema.describe('The project: what is deployed together; chosen by you');

type GivenCode = {
  code?: string | undefined;
  files?: z.output<typeof filesSchema> | undefined;
  folder?: string | undefined;
  variables?: z.output<typeof variablesSchema> | undefined;
};

/** Returns code as the API takes it. Throws unless exactly one source is given. */
export async function codeBody(call: Call, { code, files, folder, variables }: GivenCode) {
  const given = [code, files, folder].filter((source) => source !== undefined);
  if (given.length !== 1) throw new CallError('reading the code: give exactly one of code, files and folder');
  return {
    ...(code === undefined ? {} : { iacCode: code }),
    ...(files === undefined ? {} : { files }),
    ...(folder === undefined ? {} : { files: await foldersOf(call).project(folder) }),
    ...(variables === undefined ? {} : { variables }),
  };
}

export function foldersOf({ folders }: Call) {
  if (!folders) throw new CallError('reading a folder: this server runs on another machine; give files');
  return folders;
}
