import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { projectIdSchema } from '@deployment-engine/contracts';
import { parse } from 'yaml';
import { z } from 'zod';
import { CliError, UsageError } from '../exit-code.ts';
import { settingsFile } from '../settings-file.ts';

const settingsSchema = z.strictObject({ project: projectIdSchema.optional() });

/** Returns the project: `--project`, else DEPLOYER_PROJECT, else that of deployer.yaml, else the folder's name. */
export function projectName(given: string | undefined, folder = '.'): string {
  const name = given ?? (process.env.DEPLOYER_PROJECT || readSettings(folder).project);
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

function readSettings(folder: string): z.infer<typeof settingsSchema> {
  const file = join(folder, settingsFile);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return {};
    throw new CliError(`reading ${file}: ${(error as Error).message}`);
  }
  const settings = settingsSchema.safeParse(parsed(file, text) ?? {});
  if (settings.success) return settings.data;
  const { path, message } = settings.error.issues[0] ?? { path: [], message: '' };
  throw new CliError(`reading ${file}: ${[...path, message].join(' ')}`);
}

function parsed(file: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new CliError(`reading ${file}: ${(error as Error).message}`);
  }
}
