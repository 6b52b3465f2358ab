import { type Kysely, Migrator, sql } from 'kysely';
import { takeLock } from './locks.ts';
import { migrations } from './migrations.ts';
import type { Database } from './schema.ts';

/** Updates the schema. Gateways that start together take turns. If one migration fails, all are rolled back. */
export async function migrate(database: Kysely<Database>): Promise<void> {
  await takeOverRecords(database);
  const migrator = new Migrator({ db: database, provider: { getMigrations: async () => migrations } });
  const { error, results } = await migrator.migrateToLatest();
  if (!error) return;
  const cause = error instanceof Error ? error.message : String(error);
  const failed = results?.find(({ status }) => status === 'Error')?.migrationName;
  const problem = failed
    ? `${failed} failed: ${cause}; nothing was changed`
    : `${cause}; if a later version of the engine has used this database, start that version`;
  throw new Error(`bringing the database's schema up to date: ${problem}`, { cause: error });
}

/** Migrations that had another name in earlier versions. */
const renamed: Record<string, string> = {
  engine_001_job_facts: '008_job_facts',
  '008_orphans': '009_orphans',
};

/** Converts the table in which earlier versions recorded their applied migrations. */
async function takeOverRecords(database: Kysely<Database>): Promise<void> {
  await database.transaction().execute(async (trx) => {
    await takeLock(trx, 'migrations');
    const found = await sql<{ name: string | null }>`select to_regclass('migrations') as name`.execute(trx);
    if (!found.rows[0]?.name) return;
    const { rows } = await sql<{ name: string; applied_at: Date }>`
      select name, applied_at from migrations order by applied_at`.execute(trx);
    await sql`
      create table kysely_migration (name varchar(255) not null primary key, timestamp varchar(255) not null)`.execute(
      trx,
    );
    const names = rows.map(({ name }) => renamed[name] ?? name).toSorted();
    for (const [index, name] of names.entries())
      await sql`insert into kysely_migration values (${name}, ${timeOf(rows[index]?.applied_at, index)})`.execute(
        trx,
      );
    await sql`drop table migrations`.execute(trx);
  });
}

/** The migrator needs times in the same order as the names. */
function timeOf(appliedAt: Date | undefined, index: number): string {
  return new Date((appliedAt?.getTime() ?? 0) + index).toISOString();
}
