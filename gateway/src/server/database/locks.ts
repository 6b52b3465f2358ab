import { sql } from 'kysely';
import type { Query } from './open.ts';

/**
 * Advisory locks of the database. A number stays as it is once released: gateways of different versions take the same
 * locks while an upgrade is under way.
 */
const lockNumbers = {
  /** Takes over the records of migrations. */
  migrations: 7_150_223,
  /** Makes the first API key. */
  firstKey: 7_150_224,
  /** Changes one project's policy settings. With a project, so that it never meets `firstKey`. */
  policySettings: 7_150_224,
  /** Makes a key that signs web identity tokens. */
  webIdentityKeys: -32_073_813,
};

/** Waits for its turn; the lock ends with the transaction. With a project, others of other projects do not wait. */
export async function takeLock(
  trx: Query,
  name: keyof typeof lockNumbers,
  projectId?: string,
): Promise<void> {
  const number = sql.lit(lockNumbers[name]);
  if (projectId === undefined) await sql`select pg_advisory_xact_lock(${number})`.execute(trx);
  else await sql`select pg_advisory_xact_lock(${number}, hashtext(${projectId}))`.execute(trx);
}
