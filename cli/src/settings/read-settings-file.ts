import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { z } from 'zod';
import { CliError } from '../exit-code.ts';

const known = new Map<string, unknown>();
const load = createRequire(import.meta.url);

/** Reads a YAML file of settings, once per process. Returns an empty map if there is no such file. */
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
  try {
    const text = readFileSync(file, 'utf8');
    const { parse } = load('yaml') as typeof import('yaml'); // a quarter of the modules of a command without files
    return parse(text);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return {};
    throw new CliError(`reading ${file}: ${(error as Error).message}`);
  }
}
