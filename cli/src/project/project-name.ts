import { basename, resolve } from 'node:path';
import { projectIdSchema } from '@deployment-engine/contracts';
import { UsageError } from '../exit-code.ts';
import { readProjectFile } from '../settings/project-file.ts';

/** Returns the project: `--project`, else DEPLOYER_PROJECT, else that of deployer.yaml, else the folder's name. */
export function projectName(given: string | undefined, folder = '.'): string {
  const name = given ?? (process.env.DEPLOYER_PROJECT || readProjectFile(folder).project);
  if (name !== undefined) return checked(name, (problem) => `project ${name}: ${problem}`);
  const own = basename(resolve(folder));
  return checked(
    own,
    (problem) => `the folder's name ${own} is no project id: ${problem}; name it with --project`,
  );
}

function checked(name: string, message: (problem: string) => string): string {
  const { success, error } = projectIdSchema.safeParse(name);
  if (!success) throw new UsageError(message(error.issues[0]?.message ?? ''));
  return name;
}
