import { type Kysely, sql } from 'kysely';

/** Runs the statements of a script one by one; each ends with a semicolon at the end of a line. */
export async function runScript(database: Kysely<unknown>, script: string): Promise<void> {
  for (const statement of script.split(/;\s*\n/))
    if (statement.trim()) await sql.raw(statement).execute(database);
}
