import { readFileSync } from 'node:fs';

/**
 * The environment in which each `<NAME>_FILE` of the named settings is replaced by `<NAME>` with the text of that file,
 * without its last line break; and a line for each that is wrong.
 */
export function readSecretFiles(
  environment: NodeJS.ProcessEnv,
  names: readonly string[],
): { environment: NodeJS.ProcessEnv; wrong: string[] } {
  const result = { ...environment };
  const wrong: string[] = [];
  for (const name of names) {
    const setting = `${name}_FILE`;
    const path = environment[setting];
    delete result[setting];
    if (!path) continue;
    if (environment[name]) wrong.push(`${setting}: ${name} is set as well; give one of them`);
    try {
      result[name] = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
    } catch (error) {
      wrong.push(`${setting}: reading ${path}: ${(error as Error).message}`);
    }
  }
  return { environment: result, wrong };
}
