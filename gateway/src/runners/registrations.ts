import { sql } from 'kysely';
import type { Query } from '../server/database/open.ts';

export async function saveHeartbeat(query: Query, runner: { runnerId: string; url: string }): Promise<void> {
  await query
    .insertInto('runners')
    .values({ id: runner.runnerId, url: runner.url, last_seen_at: sql<Date>`now()` })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet({ url: runner.url, last_seen_at: sql<Date>`now()` }),
    )
    .execute();
}

/** Returns the addresses of runners that sent a heartbeat within the last `seconds`. */
export async function registeredRunners(query: Query, seconds: number): Promise<string[]> {
  const rows = await query
    .selectFrom('runners')
    .select('url')
    .where('last_seen_at', '>', sql<Date>`now() - make_interval(secs => ${seconds})`)
    .execute();
  return rows.map((row) => row.url);
}
