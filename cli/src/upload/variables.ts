import { readFile } from 'node:fs/promises';
import { variableNamePattern } from '@deployment-engine/contracts';
import { CliError, UsageError } from '../exit-code.ts';

/** `--var` and `--var-file` as given, in order. */
export type GivenVariables = { var?: string[]; varFile?: string[] };

/**
 * Returns the input variables of a project: TF_VAR_* of the environment, then the files, then `--var`; the last one counts.
 * `NAME=value` is a text, which Terraform converts; `NAME:=value` is JSON, for lists, objects and null.
 */
export async function projectVariables(given: GivenVariables): Promise<{
  variables: Record<string, unknown>;
  fromEnvironment: string[];
}> {
  const environment = Object.entries(process.env).flatMap(([name, value]) =>
    name.startsWith('TF_VAR_') && value !== undefined ? [[name.slice('TF_VAR_'.length), value] as const] : [],
  );
  const files = [];
  for (const file of given.varFile ?? []) files.push(await readVariables(file));
  const options = (given.var ?? []).map(parseOption);
  return {
    variables: Object.assign({}, Object.fromEntries(environment), ...files, Object.fromEntries(options)),
    fromEnvironment: environment.map(([name]) => name).sort(),
  };
}

/** Returns the variables of a stack, which are texts: the files, then `--var`. */
export async function stackVariables(given: GivenVariables): Promise<Record<string, string>> {
  const variables: Record<string, string> = {};
  for (const file of given.varFile ?? [])
    for (const [name, value] of Object.entries(await readVariables(file))) {
      if (value === null || typeof value === 'object')
        throw new CliError(`reading ${file}: ${name} is not a text, number or boolean`);
      variables[name] = String(value);
    }
  for (const text of given.var ?? []) {
    const [name, value] = split(text);
    variables[name] = value;
  }
  return variables;
}

function parseOption(text: string): [name: string, value: unknown] {
  const [name, value] = split(text);
  if (!name.endsWith(':')) return [checkedName(text, name), value];
  try {
    return [checkedName(text, name.slice(0, -1)), JSON.parse(value)];
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`--var ${text}: the part after := is not JSON: ${(error as Error).message}`);
  }
}

function checkedName(text: string, name: string): string {
  if (!variableNamePattern.test(name)) throw new UsageError(`--var ${text}: ${name} is no variable name`);
  return name;
}

function split(text: string): [name: string, value: string] {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageError(`--var ${text}: write it as NAME=value`);
  return [text.slice(0, at), text.slice(at + 1)];
}

async function readVariables(file: string): Promise<Record<string, unknown>> {
  const text = await readFile(file, 'utf8').catch((error) => {
    throw new CliError(
      `reading ${file}: ${error.code === 'ENOENT' ? 'there is no such file' : error.message}`,
    );
  });
  const value = file.endsWith('.tfvars') ? await parseTfvars(file, text) : await parseYaml(file, text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new CliError(`reading ${file}: it is not a map of variables`);
  return value as Record<string, unknown>;
}

/** JSON is valid YAML. */
async function parseYaml(file: string, text: string): Promise<unknown> {
  const { parse } = await import('yaml'); // few commands read such files
  try {
    return parse(text) ?? {};
  } catch (error) {
    throw new CliError(`reading ${file}: ${(error as Error).message}`);
  }
}

async function parseTfvars(file: string, text: string): Promise<unknown> {
  const { parseHclValues } = await import('@deployment-engine/terraform-code');
  const [values] = await parseHclValues([text]);
  if (values === null || values === undefined)
    throw new CliError(`reading ${file}: it is not valid HCL; write NAME = value`);
  if (/"[^"]*\$\{/.test(JSON.stringify(values)))
    throw new CliError(`reading ${file}: it has an expression; a file of variables has only values`);
  return values;
}
