import { readdir } from 'node:fs/promises';
import { CliError } from '../exit-code.ts';

/** Lists a folder by name, so that the same folder is always read in the same order. */
export async function listFolder(folder: string): Promise<{ name: string; isLink: boolean }[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error) => {
    throw new CliError(
      `reading ${folder}: ${error.code === 'ENOENT' ? 'there is no such folder' : error.message}`,
    );
  });
  return entries
    .map((entry) => ({ name: entry.name, isLink: entry.isSymbolicLink() }))
    .toSorted((left, right) => (left.name < right.name ? -1 : 1));
}
