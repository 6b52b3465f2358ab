import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const manifestSchema = z.object({ name: z.string(), version: z.string(), license: z.string() });

/** Returns the licences of the packages that modules come from, as one text. Throws for a package without one. */
export function licencesOf(modules: string[]): string {
  const folders = modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id) ?? []);
  return [...new Set(folders)].sort().map(licenceOf).join('\n');
}

function licenceOf(folder: string): string {
  const { name, version, license } = manifestSchema.parse(
    JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')),
  );
  const [file] = globSync('{LICENSE,LICENCE,license}*', { cwd: folder });
  const text =
    file === undefined ? `${license}, as its package.json says\n` : readFileSync(join(folder, file), 'utf8');
  return `${name} ${version}\n\n${text.trimEnd()}\n`;
}
