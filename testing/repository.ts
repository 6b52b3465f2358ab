import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Reads a folder as an upload holds it: path relative to it → text. */
export function readTree(folder: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(relative(folder, path), readFileSync(path, 'utf8'));
  }
  return files;
}

/** The kinds that the product ships, path relative to `kinds/` → text. */
export function builtInKinds(): Map<string, string> {
  return readTree(join(import.meta.dirname, '../kinds'));
}
