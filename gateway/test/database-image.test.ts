import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { imageFolder, makeImage, startFromImage } from '../src/server/database/image.ts';
import { openDatabase, type Query } from '../src/server/database/open.ts';

let folder: string;
let image: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'image-'));
  image = join(folder, 'image');
  await makeImage(image);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Every column, constraint and index, and the migrations that were run. */
async function schemaOf(query: Query) {
  const { rows: columns } = await sql`
    select table_name, column_name, data_type, is_nullable, column_default from information_schema.columns
    where table_schema = 'public' order by 1, 2`.execute(query);
  const { rows: constraints } = await sql`
    select conrelid::regclass::text as t, conname, pg_get_constraintdef(oid) as d from pg_constraint
    where connamespace = 'public'::regnamespace order by 1, 2`.execute(query);
  const { rows: indexes } =
    await sql`select indexname, indexdef from pg_indexes where schemaname = 'public' order by 1`.execute(
      query,
    );
  const { rows: done } = await sql`select name from kysely_migration order by 1`.execute(query);
  return { columns, constraints, indexes, done };
}

/** Opens the database of a data folder, after a copy of an image where one is given. */
async function opened<T>(
  name: string,
  from: string | undefined,
  use: (query: Query) => Promise<T>,
): Promise<T> {
  const dataDir = join(folder, name);
  const database = join(dataDir, 'database');
  await mkdir(database, { recursive: true });
  // A folder that is in use is not filled from an image: `openDatabase` then makes it as it would without one.
  await (from ? startFromImage(database, from) : startFromImage(database, join(folder, 'absent')));
  const { query, close } = await openDatabase({ dataDir });
  try {
    return await use(query);
  } finally {
    await close();
  }
}

test('a database that starts from the image is the one that the migrations make', async () => {
  const { PGlite } = await import('@electric-sql/pglite');
  const made = join(folder, 'made', 'database');
  await mkdir(made, { recursive: true });
  await (await PGlite.create(made)).close(); // in use: no image is put here
  const expected = await opened('made', undefined, schemaOf);
  expect(expected.columns.length).toBeGreaterThan(100);
  expect(await opened('copied', image, schemaOf)).toStrictEqual(expected);
});

test('the image has no rows but the names of the migrations', async () => {
  const counts = await opened('rows', image, async (query) => {
    const { rows } = await sql<{ name: string }>`
      select table_name as name from information_schema.tables where table_schema = 'public' order by 1`.execute(
      query,
    );
    const filled = [];
    for (const { name } of rows)
      if ((await sql`select 1 from ${sql.table(name)} limit 1`.execute(query)).rows.length > 0)
        filled.push(name);
    return filled;
  });
  expect(counts).toStrictEqual(['kysely_migration', 'kysely_migration_lock']);
});

test('a copy that was broken off is begun anew, and a folder in use is left as it is', async () => {
  const directory = join(folder, 'broken');
  await mkdir(`${directory}.new`);
  await writeFile(join(`${directory}.new`, 'PG_VERSION'), 'half');
  await mkdir(directory);
  await startFromImage(directory, image);
  expect(existsSync(`${directory}.new`)).toBe(false);
  expect(await readdir(directory)).toStrictEqual(await readdir(image));

  const inUse = join(folder, 'in-use');
  await mkdir(inUse);
  await writeFile(join(inUse, 'PG_VERSION'), 'mine');
  await startFromImage(inUse, image);
  expect(await readdir(inUse)).toStrictEqual(['PG_VERSION']);
});

test('two processes may make the image at once, and nothing unfinished is left', async () => {
  const twice = join(folder, 'twice', 'image');
  await Promise.all([makeImage(twice), makeImage(twice)]);
  expect(await readdir(join(folder, 'twice'))).toStrictEqual(['image']);
});

test('the name of the image follows from the version of the database and the migrations', () => {
  expect(imageFolder()).toMatch(/node_modules\/\.cache\/deployment-engine\/database-[0-9a-f]{16}$/);
});
