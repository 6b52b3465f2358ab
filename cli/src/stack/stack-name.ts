import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipelineIdSchema } from '@deployment-engine/contracts';
import { CliError, UsageError } from '../exit-code.ts';
import { readProjectFile } from '../settings/project-file.ts';
import type { TargetOptions } from '../target.ts';

/** Whether an argument is a pipeline, as opposed to a job or project. */
export function isPipelineId(text: string): boolean {
  return pipelineIdSchema.safeParse(text).success;
}

/** Returns the stack: `--stack`, else DEPLOYER_STACK, else that of deployer.yaml, else the repository's only one. */
export async function stackName(given: string | undefined, folder = '.'): Promise<string> {
  const named = given ?? (process.env.DEPLOYER_STACK || readProjectFile(folder).stack);
  if (named !== undefined) return named;
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
  const named = requireEnvironment(environment);
  return { stack: await stackName(stack, folder), environment: named };
}

export function requireEnvironment(environment: string | undefined): string {
  if (environment === undefined) throw new UsageError('name the environment with --environment');
  return environment;
}
