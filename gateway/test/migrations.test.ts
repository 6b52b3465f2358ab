import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { migrations } from '../src/server/database/migrations.ts';
import { openDatabase } from '../src/server/database/open.ts';
import { pglitePool } from '../src/server/database/pglite-pool.ts';

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'database-'));
  folders.push(folder);
  return folder;
}

/** Creates a data folder of an earlier version, which recorded applied migrations in its own table. */
async function earlierVersion(applied: Record<string, string>): Promise<string> {
  const dataDir = await newFolder();
  const pglite = await PGlite.create(join(dataDir, 'database'));
  const pool = await pglitePool(pglite);
  const database = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  await sql`create table migrations (name text primary key, applied_at timestamptz not null default now())`.execute(
    database,
  );
  for (const [name, present] of Object.entries(applied)) {
    await migrations[present]?.up(database);
    await sql`insert into migrations (name) values (${name})`.execute(database);
  }
  await sql`
    insert into projects (id, state_uncertain) values ('shop', ${JSON.stringify({
      ...{ jobId: 'deploy-1-abcdefgh', since: '2026-11-01T00:00:00Z', reason: 'killed' },
      unrecorded: [{ address: 'aws_vpc.a', type: 'aws_vpc', started: true }],
    })})`.execute(database);
  await pglite.close();
  return dataDir;
}

const before = {
  '001_jobs_and_revisions': '001_jobs_and_revisions',
  '002_lifecycle': '002_lifecycle',
  '003_costs': '003_costs',
  '004_access': '004_access',
  '005_policy': '005_policy',
  '006_secrets': '006_secrets',
  '007_schedule_creator': '007_schedule_creator',
  engine_001_job_facts: '008_job_facts',
};

async function appliedIn(dataDir: string): Promise<string[]> {
  const { query, close } = await openDatabase({ dataDir });
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(
    query,
  );
  await close();
  return rows.map(({ name }) => name);
}

test('a database of an earlier version is upgraded, keeps its data, and can be opened again', async () => {
  const dataDir = await earlierVersion(before);
  const { query, close } = await openDatabase({ dataDir });
  const orphans = await query.selectFrom('orphans').select(['project_id', 'address', 'status']).execute();
  expect(orphans).toStrictEqual([{ project_id: 'shop', address: 'aws_vpc.a', status: 'unresolved' }]);
  const { rows } = await sql`select to_regclass('migrations') as found`.execute(query);
  expect(rows).toStrictEqual([{ found: null }]);
  await close();
  expect(await appliedIn(dataDir)).toStrictEqual(Object.keys(migrations));
});

test('a new database has every migration, in the order of their names', async () => {
  expect(Object.keys(migrations)).toStrictEqual(Object.keys(migrations).toSorted());
  expect(await appliedIn(await newFolder())).toStrictEqual(Object.keys(migrations));
});

test('a database of a later version is not opened', async () => {
  const dataDir = await newFolder();
  const { query, close } = await openDatabase({ dataDir });
  await sql`insert into kysely_migration values ('999_of_tomorrow', ${new Date().toISOString()})`.execute(
    query,
  );
  await close();
  await expect(openDatabase({ dataDir })).rejects.toThrow(
    /bringing the database's schema up to date: .*999_of_tomorrow/,
  );
});
