import { existsSync, readFileSync } from 'node:fs';
import type { z } from 'zod';
import { CliError } from '../exit-code.ts';

const known = new Map<string, unknown>();
let parseYaml: ((text: string) => unknown) | undefined;

/** Loads what reads YAML if there is any of these files: it is a quarter of what a command without files loads. */
export async function prepareSettings(files: string[]): Promise<void> {
  if (files.some(existsSync)) parseYaml = (await import('yaml')).parse;
}

/** Reads a YAML file of settings, once per process; returns an empty map if there is none. Needs `prepareSettings`. */
export function readSettingsFile<S extends z.ZodType>(file: string, schema: S): z.output<S> {
  if (!known.has(file)) known.set(file, read(file, schema));
  return known.get(file) as z.output<S>;
}

function read(file: string, schema: z.ZodType): unknown {
  const settings = schema.safeParse(parsed(file) ?? {});
  if (settings.success) return settings.data;
  const { path, message } = settings.error.issues[0] ?? { path: [], message: '' };
  throw new CliError(`reading ${file}: ${[...path, message].join(' ')}`);
}

function parsed(file: string): unknown {
  const text = textOf(file);
  if (text === undefined) return {};
  if (!parseYaml) throw new Error(`reading ${file}: nothing reads YAML yet`);
  try {
    return parseYaml(text);
  } catch (error) {
    throw new CliError(`reading ${file}: ${(error as Error).message}`);
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw new CliError(`reading ${file}: ${(error as Error).message}`);
  }
}
