import { createHash } from 'node:crypto';
import { cpSync, existsSync, globSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { Kysely, PostgresDialect } from 'kysely';
import { migrate } from './migrate.ts';
import { pglitePool } from './pglite-pool.ts';
import type { Database } from './schema.ts';

const cache = resolve(import.meta.dirname, '../../../../node_modules/.cache/deployment-engine');
const pgliteManifest = new URL('../package.json', import.meta.resolve('@electric-sql/pglite'));

/**
 * Returns the folder of the database image: an embedded database with the present schema and no rows. A new data folder
 * starts as a copy of it, since initialising a database takes seconds. Its name has a digest of its sources, so that an
 * image of another version is never used.
 */
export function imageFolder(): string {
  const digest = createHash('sha256').update(readFileSync(pgliteManifest));
  for (const file of [
    ...globSync('migrations/*.ts', { cwd: import.meta.dirname }).sort(),
    'migrations.ts',
    'image.ts',
  ])
    digest.update(readFileSync(join(import.meta.dirname, file)));
  return join(cache, `database-${digest.digest('hex').slice(0, 16)}`);
}

/** Makes the image unless it exists. Two processes may do so at once: the first one wins. */
export async function makeImage(folder = imageFolder()): Promise<void> {
  if (existsSync(folder)) return;
  await mkdir(dirname(folder), { recursive: true });
  const unfinished = await mkdtemp(`${folder}.`);
  try {
    const pglite = await PGlite.create(unfinished);
    const pool = await pglitePool(pglite);
    const query = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
    await migrate(query);
    await dropTemplates(pglite);
    await pglite.exec('checkpoint');
    await query.destroy();
    await rename(unfinished, folder).catch((error) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** Drops the databases that new databases would be made from: two thirds of the files, and the engine makes none. */
async function dropTemplates(pglite: PGlite): Promise<void> {
  await pglite.exec('update pg_database set datistemplate = false where datname <> current_database()');
  for (const name of ['template0', 'template1']) await pglite.exec(`drop database ${name}`);
}

/** Copies the image to a folder that is empty or absent, all or nothing. Does nothing without an image. */
export async function startFromImage(directory: string, given?: string): Promise<void> {
  const unfinished = `${directory}.new`;
  await rm(unfinished, { recursive: true, force: true });
  if ((await readdir(directory).catch(() => [])).length > 0) return;
  const image = given ?? imageFolder();
  if (!existsSync(image)) return;
  cpSync(image, unfinished, { recursive: true }); // hundreds of small files: half the time of `cp`
  await rename(unfinished, directory);
}
