import type { PGlite } from '@electric-sql/pglite';
import type { PostgresPool, PostgresPoolClient } from 'kysely';

/**
 * Presents PGlite as the part of a `pg` pool that Kysely calls. PGlite has one connection, so each caller waits for
 * its turn, and a transaction runs alone.
 */
export function pglitePool(pglite: PGlite): PostgresPool {
  let turn: Promise<void> = Promise.resolve();
  return {
    async connect() {
      const previous = turn;
      let release = () => {};
      turn = new Promise((done) => {
        release = done;
      });
      await previous;
      return {
        query: (text: string, values: readonly unknown[]) => query(pglite, text, values),
        release,
      } as unknown as PostgresPoolClient;
    },
    async end() {
      await turn;
      await pglite.close();
    },
  };
}

async function query(pglite: PGlite, text: string, values: readonly unknown[] = []) {
  const result = await pglite.query(text, [...values]);
  const command = /^\s*(?:with\b[\s\S]*?\b)?(select|insert|update|delete|merge)\b/i.exec(text)?.[1];
  return {
    rows: result.rows,
    rowCount: result.affectedRows ?? result.rows.length,
    command: command?.toUpperCase(),
  };
}
