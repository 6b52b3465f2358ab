import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { PGlite } from '@electric-sql/pglite';
import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely';
import pg from 'pg';
import { startFromImage } from './image.ts';
import { Listeners, listenOnPostgres } from './listen.ts';
import { migrate } from './migrate.ts';
import { pglitePool } from './pglite-pool.ts';
import type { Database } from './schema.ts';
import { numbersFromBigint } from './types.ts';

/**
 * The defaults suit a server that has a machine for itself. The engine's tables are small, and what is not in these buffers
 * is in the operating system's.
 */
const startParams = [...PGlite.defaultStartParams, ...['-c', 'shared_buffers=16MB', '-c', 'wal_buffers=1MB']];

export type Query = Kysely<Database> | Transaction<Database>;

export type OpenDatabase = {
  kind: 'embedded' | 'postgresql';
  query: Kysely<Database>;
  /** Calls `listener` with the payload of each notification that any gateway commits on `channel`. */
  listen(channel: string, listener: (payload: string) => void): Promise<void>;
  /** Calls `listener` after a lost connection is restored. Notifications sent in between are lost. */
  onReconnect(listener: () => void): void;
  /** Returns the embedded database as a gzip archive of its folder; absent on PostgreSQL. */
  backup?: () => Promise<Buffer>;
  /** Statements are prepared from now on, as the schema has its last form. */
  prepareStatements?: () => void;
  close(): Promise<void>;
};

/** Opens PostgreSQL by URL, or the embedded database in `dataDir`, and updates its schema. */
export async function openDatabase(options: {
  databaseUrl?: string | undefined;
  dataDir: string;
}): Promise<OpenDatabase> {
  const database = options.databaseUrl
    ? await openPostgres(options.databaseUrl)
    : await openEmbedded(join(options.dataDir, 'database'));
  try {
    await migrate(database.query);
    database.prepareStatements?.();
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}

export async function notify(query: Query, channel: string, payload: string): Promise<void> {
  await sql`select pg_notify(${channel}, ${payload})`.execute(query);
}

async function openEmbedded(directory: string): Promise<OpenDatabase> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await startFromImage(directory);
  // Each compilation task has memory of its own, which stays with the process.
  setFlagsFromString('--wasm-num-compilation-tasks=1');
  const pglite = await PGlite.create(directory, { startParams });
  const pool = await pglitePool(pglite);
  const query = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
  const listeners = new Listeners();
  pool.client.on('notification', (notification) => listeners.tell(notification));
  return {
    kind: 'embedded',
    query,
    listen: async (channel, listener) => {
      if (listeners.add(channel, listener)) await sql.raw(`listen ${channel}`).execute(query);
    },
    onReconnect: () => {},
    prepareStatements: () => pool.prepareStatements(),
    backup: async () => Buffer.from(await (await pglite.dumpDataDir('gzip')).arrayBuffer()),
    close: async () => {
      if (!pglite.closed) await pglite.close();
    },
  };
}

async function openPostgres(url: string): Promise<OpenDatabase> {
  const pool = new pg.Pool({
    connectionString: url,
    max: 20,
    types: numbersFromBigint,
    connectionTimeoutMillis: 10_000,
  });
  pool.on('error', () => {}); // an idle connection broke; the next query opens another
  pool.on('connect', (client) => client.on('error', () => {})); // a connection in use broke; its query fails
  const listening = listenOnPostgres(url);
  return {
    kind: 'postgresql',
    query: new Kysely<Database>({ dialect: new PostgresDialect({ pool }) }),
    listen: listening.listen,
    onReconnect: listening.onReconnect,
    close: async () => {
      await listening.close();
      await pool.end();
    },
  };
}
