import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type KindCatalog, readKinds } from '@deployment-engine/stacks';

const folder = join(import.meta.dirname, '../../../kinds');

/** Reads the kinds that ship with the engine. Takes about a second of computing: call it beside the gateway's event loop. */
export function readBuiltInKinds(): KindCatalog {
  const files = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(relative(folder, path), readFileSync(path, 'utf8'));
  }
  return readKinds(files);
}
