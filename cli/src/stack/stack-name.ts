import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipelineIdSchema } from '@deployment-engine/contracts';
import { CliError, UsageError } from '../exit-code.ts';
import type { TargetOptions } from '../target.ts';

/** Whether an argument is a pipeline, as opposed to a job or project. */
export function isPipelineId(text: string): boolean {
  return pipelineIdSchema.safeParse(text).success;
}

/** Returns the stack: `--stack`, else the only one of the repository in the folder. */
export async function stackName(given: string | undefined, folder = '.'): Promise<string> {
  if (given !== undefined) return given;
  const entries = await readdir(join(folder, 'stacks'), { withFileTypes: true }).catch(() => {
    throw new CliError(
      `${folder === '.' ? 'the folder' : folder} has no stacks/; name the stack with --stack`,
    );
  });
  const names = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name);
  const [name, ...others] = names.sort();
  if (name === undefined) throw new CliError('the folder has no stacks/; name the deployment repository');
  if (others.length > 0) throw new CliError(`name the stack with --stack: ${names.join(', ')}`);
  return name;
}

export type StackPlace = { stack: string; environment: string };

/** Returns stack and environment of a command that needs both. */
export async function stackPlace(
  { stack, environment }: TargetOptions,
  folder?: string,
): Promise<StackPlace> {
  if (environment === undefined) throw new UsageError('name the environment with --environment');
  return { stack: await stackName(stack, folder), environment };
}
