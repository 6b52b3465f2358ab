import type { StackProblem } from '@deployment-engine/contracts';
import type { Command } from 'commander';
import { withVariables } from '../target.ts';
import { packRepository, type SentRepository } from '../upload/pack-repository.ts';
import { readRepository } from '../upload/repository-folder.ts';
import { type GivenVariables, stackVariables } from '../upload/variables.ts';
import { stackName } from './stack-name.ts';

export type StackOptions = GivenVariables & { stack?: string };

/** Adds the options of every command that only reads a deployment repository. */
export function withStackOptions(command: Command): Command {
  return withVariables(
    command
      .argument('[dir]', 'the folder of the code, or of the deployment repository', '.')
      .option('--stack <name>', 'the stack; may be left out if the repository has one'),
  );
}

export type StackRequest = {
  params: { stack: string };
  repository: SentRepository & { variables: Record<string, string> };
};

/** Reads what a request about a repository's stack needs. */
export async function readStackRequest(folder: string, options: StackOptions): Promise<StackRequest> {
  const repository = await packRepository(await readRepository(folder));
  const variables = await stackVariables(options);
  return {
    params: { stack: await stackName(options.stack, folder) },
    repository: { ...repository, variables },
  };
}

/** Renders a problem so that editors find its place. */
export function problemLine({ file, line, column, message, code }: StackProblem): string {
  return `${file}:${line}:${column}: ${message} (${code})`;
}
