import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type KindCatalog, readKinds } from '@deployment-engine/stacks';

const builtIn = join(import.meta.dirname, '../../../kinds');

/**
 * Reads the kinds that ship with the engine, and those in the operator's folder, which replace them. Takes about a second
 * of computing: call it beside the gateway's event loop. Throws `KindError` for a kind that can't be used.
 */
export function readKindFolders(own: string | undefined): KindCatalog {
  const files = textsOf(builtIn);
  if (own === undefined) return readKinds(files);
  const more = textsOf(own);
  const replaced = new Set([...more.keys()].map((path) => path.split('/')[0]));
  const kept = [...files].filter(([path]) => !replaced.has(path.split('/')[0]));
  return readKinds(new Map([...kept, ...more]));
}

/** Path below a folder → text. */
function textsOf(folder: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(relative(folder, path), readFileSync(path, 'utf8'));
  }
  return files;
}
