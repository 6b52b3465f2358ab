import { sql } from 'kysely';
import type { Query } from './open.ts';

/**
 * Numbers of the database's advisory locks. A released number must never change: during an upgrade, gateways of
 * different versions take the same locks.
 */
const lockNumbers = {
  /** Held to convert the migration records of earlier versions. */
  migrations: 7_150_223,
  /** Held to create the first API key. */
  firstKey: 7_150_224,
  /** Held to change one project's policy settings. Taken with a project, so it never conflicts with `firstKey`. */
  policySettings: 7_150_224,
  /** Held to create a key that signs web identity tokens. */
  webIdentityKeys: -32_073_813,
  /** Held to let pipelines of one stack's environment begin, or to number its repositories. */
  stack: 7_150_226,
  /** Held to count the stacks of a limited API key. */
  stackLimits: 7_150_227,
  /** Held to remove contents of revisions that nothing names; shared by whoever is about to name one. */
  contents: 7_150_228,
  /** Held to count the notifications of a scope. */
  notifications: 7_150_229,
};

/** Waits for the lock and holds it until the transaction ends. With a project or a stack, only callers for that one wait. */
export async function takeLock(trx: Query, name: keyof typeof lockNumbers, owner?: string): Promise<void> {
  const number = sql.lit(lockNumbers[name]);
  if (owner === undefined) await sql`select pg_advisory_xact_lock(${number})`.execute(trx);
  else await sql`select pg_advisory_xact_lock(${number}, hashtext(${owner}))`.execute(trx);
}

/** Waits for a lock that others may share, and holds it until the transaction ends. */
export async function shareLock(trx: Query, name: keyof typeof lockNumbers): Promise<void> {
  await sql`select pg_advisory_xact_lock_shared(${sql.lit(lockNumbers[name])})`.execute(trx);
}
