import { sql } from 'kysely';
import type { OpenDatabase } from './open.ts';

/** Returns why the database can't be used now, or `undefined` while it answers. */
export async function databaseProblem({ query }: OpenDatabase): Promise<string | undefined> {
  return sql`select 1`.execute(query).then(
    () => undefined,
    () => 'the database does not answer',
  );
}
