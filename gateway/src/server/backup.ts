import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DomainError } from '@deployment-engine/service';
import { PGlite } from '@electric-sql/pglite';
import type { Encryption } from './encryption.ts';

const databaseName = 'database';
const stagedName = 'database.restored';
/** Upper bound, as a backup is read into memory. A larger database belongs into PostgreSQL. */
const maxBackupBytes = 1024 ** 3;

/**
 * Receives a backup, checks that it opens and holds this engine's tables, and stages it. The gateway's next start
 * replaces the current database with it and keeps the old one beside it. Returns the backup's size in bytes.
 */
export async function stageRestore(
  dataDir: string,
  source: Readable,
  encryption: Encryption,
  maxBytes = maxBackupBytes,
): Promise<number> {
  const archive = join(dataDir, 'restore.tar.gz');
  const staged = join(dataDir, stagedName);
  const opening = `${staged}.opening`;
  try {
    // Opened first: a stream that is refused at once would open its file after the removal below.
    const file = await open(archive, 'w', 0o600);
    await pipeline(source, bounded(maxBytes), file.createWriteStream());
    const bytes = await readFile(archive);
    await rm(opening, { recursive: true, force: true });
    await mkdir(opening, { recursive: true, mode: 0o700 });
    await openBackup(opening, bytes, encryption);
    await rm(staged, { recursive: true, force: true });
    await rename(opening, staged);
    return bytes.byteLength;
  } finally {
    await rm(archive, { force: true });
    await rm(opening, { recursive: true, force: true });
  }
}

/** Columns sealed with the engine's key. A project's secrets are not among them: its data key seals them. */
const sealedColumns = [
  ['audit_head', 'sealed_key'],
  ['state_versions', 'content'],
  ['plans', 'content'],
  ['revisions', 'variables'],
  ['project_data_keys', 'data_key'],
  ['web_identity_keys', 'private_key'],
  ['orphans', 'content'],
  ['terraform_logs', 'content'],
  ['notification_targets', 'content'],
  ['cloud_accounts', 'content'],
] as const;

/** Throws when a value in the backup is sealed with a key that this engine lacks: it could not start with it. */
async function requireKeys(pglite: PGlite, encryption: Encryption): Promise<void> {
  for (const [table, column] of sealedColumns) {
    const known = await pglite.query('select 1 from information_schema.tables where table_name = $1', [
      table,
    ]);
    if (known.rows.length === 0) continue; // a backup of an earlier version
    const { rows } = await pglite.query<{ head: Uint8Array }>(
      `select distinct substring(${column} from 1 for 5) as head from ${table} where ${column} is not null`,
    );
    if (rows.some(({ head }) => !encryption.hasKeyOf(head)))
      throw new DomainError(
        'invalid_request',
        `restoring a backup: ${table} in it is sealed with another engine's key; set STATE_ENCRYPTION_KEY to that key, or add it to STATE_ENCRYPTION_PREVIOUS_KEYS, restart, and restore again. Nothing was changed`,
      );
  }
}

function bounded(maxBytes: number) {
  return async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let bytes = 0;
    for await (const chunk of source) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes)
        throw new DomainError(
          'payload_too_large',
          `restoring a backup: it is larger than ${maxBytes} bytes; nothing was changed`,
        );
      yield chunk;
    }
  };
}

/**
 * Replaces the database with the staged one, if there is one. Call it before the database is opened. Keeps the old one
 * as `database.before-restore-<time>`.
 */
export async function swapInRestored(dataDir: string): Promise<boolean> {
  const staged = join(dataDir, stagedName);
  if (!existsSync(staged)) return false;
  const current = join(dataDir, databaseName);
  if (existsSync(current)) await rename(current, join(dataDir, `database.before-restore-${Date.now()}`));
  await rename(staged, current);
  return true;
}

async function openBackup(directory: string, bytes: Buffer, encryption: Encryption): Promise<void> {
  try {
    const pglite = await PGlite.create(directory, { loadDataDir: new Blob([new Uint8Array(bytes)]) });
    try {
      await pglite.query('select count(*) from jobs, projects');
      await requireKeys(pglite, encryption);
    } finally {
      await pglite.close();
    }
  } catch (error) {
    if (error instanceof DomainError) throw error;
    const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
    throw new DomainError(
      'invalid_request',
      `restoring a backup: the ${bytes.byteLength} bytes (SHA-256 ${digest}…) are not a backup of this engine; nothing was changed`,
      { cause: error },
    );
  }
}
