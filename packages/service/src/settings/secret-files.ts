import { readFileSync } from 'node:fs';

/**
 * Replaces each `<NAME>_FILE` of the named settings by `<NAME>` with the file's text, without its last line
 * break. Also returns a line for each that is wrong.
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
