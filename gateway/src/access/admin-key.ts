import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { takeLock } from '../server/database/locks.ts';
import type { OpenDatabase } from '../server/database/open.ts';
import { countKeys, insertKey } from './key-store.ts';

/**
 * Creates an admin key at the first start and writes it to `dataDir/admin.key`, readable only by the file's owner.
 * Returns the key and its path, or `undefined` if there has ever been a key.
 */
export async function makeFirstKey(
  database: OpenDatabase,
  { dataDir }: Config,
): Promise<{ key: string; path: string } | undefined> {
  return database.query.transaction().execute(async (trx) => {
    await takeLock(trx, 'firstKey'); // if gateways start together, only one creates the key
    if ((await countKeys(trx)).all > 0) return undefined;
    const admin = {
      name: 'admin',
      role: 'admin',
      projects: ['*'],
      blastRadius: null,
      stackLimits: null,
      expiresInDays: null,
    } as const;
    const { key } = await insertKey(trx, { ...admin, projects: ['*'] }, 'engine');
    const path = join(dataDir, 'admin.key');
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await writeFile(`${path}.new`, `${key}\n`, { mode: 0o600 });
    await rename(`${path}.new`, path);
    return { key, path };
  });
}
