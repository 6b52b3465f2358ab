import { readFile } from 'node:fs/promises';
import type { StackProblem } from '@deployment-engine/contracts';
import type { Command } from 'commander';
import { parse } from 'yaml';
import { CliError } from './cli-error.ts';
import type { Connection } from './connection.ts';
import { type RepositoryUpload, readRepository } from './repository-folder.ts';

export type StackOptions = { stack?: string; var: Record<string, string>; varFile?: string };

/** Adds the options of every command that reads a deployment repository. */
export function withStackOptions(command: Command): Command {
  return command
    .argument('[dir]', 'folder of the deployment repository', '.')
    .option('--stack <name>', 'the stack; may be left out if the repository has one')
    .option('--var <name=value>', 'a variable, repeatable; counts over --var-file', addVariable, {})
    .option('--var-file <file>', 'variables as a YAML or JSON map')
    .option('--json', 'print JSON');
}

/** Uploads the repository and returns the answer about its stack. */
export async function askAboutStack<Answer>(
  connection: Connection,
  operation: 'validate' | 'graph',
  folder: string,
  { stack, var: given, varFile, ...more }: StackOptions & Record<string, unknown>,
): Promise<Answer> {
  const repository = await readRepository(folder);
  const variables = { ...(varFile ? await readVariables(varFile) : {}), ...given };
  const body = new TextEncoder().encode(JSON.stringify({ ...repository, ...more, variables }));
  const path = `/api/stacks/${encodeURIComponent(stack ?? onlyStack(repository))}/${operation}`;
  return (await (
    await connection.request('POST', path, { body, type: 'application/json' })
  ).json()) as Answer;
}

/** Renders a problem so that editors find its place. */
export function problemLine({ file, line, column, message, code }: StackProblem): string {
  return `${file}:${line}:${column}: ${message} (${code})`;
}

function addVariable(text: string, before: Record<string, string>): Record<string, string> {
  const split = text.indexOf('=');
  if (split < 1) throw new CliError(`--var ${text}: write it as NAME=value`);
  return { ...before, [text.slice(0, split)]: text.slice(split + 1) };
}

async function readVariables(file: string): Promise<Record<string, string>> {
  const text = await readFile(file, 'utf8').catch((error) => {
    throw new CliError(
      `reading ${file}: ${error.code === 'ENOENT' ? 'there is no such file' : error.message}`,
    );
  });
  const values = parseMap(file, text);
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      if (value === null || typeof value === 'object')
        throw new CliError(`reading ${file}: ${name} is not a text, number or boolean`);
      return [name, String(value)];
    }),
  );
}

function parseMap(file: string, text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = parse(text) ?? {}; // JSON is valid YAML
  } catch (error) {
    throw new CliError(`reading ${file}: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || Array.isArray(value))
    throw new CliError(`reading ${file}: it is not a map of variables`);
  return value as Record<string, unknown>;
}

function onlyStack({ files, folders }: RepositoryUpload): string {
  const names = [...Object.keys(files), ...folders].flatMap(
    (path) => /^stacks\/([^/]+)\//.exec(path)?.[1] ?? [],
  );
  const [name, ...others] = new Set(names);
  if (name === undefined) throw new CliError('the folder has no stacks/; name the deployment repository');
  if (others.length > 0) throw new CliError(`name the stack with --stack: ${[name, ...others].join(', ')}`);
  return name;
}
