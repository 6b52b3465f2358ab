import { createHash } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { PGlite } from '@electric-sql/pglite';
import { DomainError } from '../domain-error.ts';

const databaseName = 'database';
const stagedName = 'database.restored';

/**
 * Takes a backup, proves that it opens and holds this engine's tables, and lays it ready: the next start of the
 * gateway puts it in the place of the present database, which is kept beside it. Answers its size in bytes.
 */
export async function stageRestore(dataDir: string, source: Readable): Promise<number> {
  const archive = join(dataDir, 'restore.tar.gz');
  const staged = join(dataDir, stagedName);
  const opening = `${staged}.opening`;
  try {
    await pipeline(source, createWriteStream(archive, { mode: 0o600 }));
    const bytes = await readFile(archive);
    await rm(opening, { recursive: true, force: true });
    await mkdir(opening, { recursive: true, mode: 0o700 });
    await openBackup(opening, bytes);
    await rm(staged, { recursive: true, force: true });
    await rename(opening, staged);
    return bytes.byteLength;
  } finally {
    await rm(archive, { force: true });
    await rm(opening, { recursive: true, force: true });
  }
}

/** Puts a restored database in place, before it is opened; the one before stays as `database.before-restore-<time>`. */
export async function swapInRestored(dataDir: string): Promise<boolean> {
  const staged = join(dataDir, stagedName);
  if (!existsSync(staged)) return false;
  const current = join(dataDir, databaseName);
  if (existsSync(current)) await rename(current, join(dataDir, `database.before-restore-${Date.now()}`));
  await rename(staged, current);
  return true;
}

async function openBackup(directory: string, bytes: Buffer): Promise<void> {
  try {
    const pglite = await PGlite.create(directory, { loadDataDir: new Blob([new Uint8Array(bytes)]) });
    try {
      await pglite.query('select count(*) from jobs, migrations');
    } finally {
      await pglite.close();
    }
  } catch (error) {
    const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
    throw new DomainError(
      'invalid_request',
      `restoring a backup: the ${bytes.byteLength} bytes (SHA-256 ${digest}…) are no backup of this engine; nothing was changed`,
      { cause: error },
    );
  }
}
