import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readRegular } from '../files/regular-file.ts';

const maxDepth = 8;

/** Reads the Terraform code below each folder; normalises JSON and skips hidden folders. */
export async function readCode(roots: Iterable<string>): Promise<Map<string, string[]>> {
  const folders = new Map<string, string[]>();
  for (const root of new Set(roots)) await collect(root, folders, 0);
  return folders;
}

async function collect(folder: string, folders: Map<string, string[]>, depth: number): Promise<void> {
  const names = depth > maxDepth ? [] : await readdir(folder).catch(() => []);
  for (const name of names) {
    const path = join(folder, name);
    if (name.startsWith('.')) continue;
    if ((await lstat(path)).isDirectory()) await collect(path, folders, depth + 1);
    else if (/\.(tf|tofu)(\.json)?$/.test(name)) {
      const text = (await readRegular(path))?.toString('utf8') ?? '';
      const plain = name.endsWith('.json') ? normalised(text) : text;
      folders.set(folder, [...(folders.get(folder) ?? []), plain]);
    }
  }
}

/** Reformats JSON: one member per line, no escapes that could hide a name. */
function normalised(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 1);
  } catch {
    return 'alias = unreadable';
  }
}
