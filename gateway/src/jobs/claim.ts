import { type Kysely, sql } from 'kysely';
import type { JobRow, Lease } from '../server/database/job-row.ts';
import type { Database } from '../server/database/schema.ts';
import { transition } from './transition.ts';

export type Claim = {
  job: JobRow;
  lease: Lease;
  reclaimed: boolean;
  /** It was in the queue, so no run of it is in progress. */
  isQueued: boolean;
};
export type Claimer = {
  owner: string;
  leaseSeconds: number;
  /** How long a project's jobs are held after a lost apply, as that apply may still be running. */
  lostHoldSeconds: number;
};

const uniqueViolation = '23505';

/**
 * Claims a pending job whose project has no older pending job, has no job in progress, and is not held after a lost
 * apply: first of the pipeline with the fewest jobs in progress, where a job of no pipeline counts as one of its own, so
 * that a large stack does not fill all slots; then the oldest. If two claims race, a unique index on projects in progress lets only one succeed.
 */
export async function claimNextJob(database: Kysely<Database>, claimer: Claimer): Promise<Claim | undefined> {
  try {
    return await database.transaction().execute(async (trx) => {
      const next = await sql<JobRow>`
        select j.* from jobs j
        where j.status = 'pending' and not exists (
          select 1 from jobs k where k.project_id = j.project_id
            and (k.status = 'processing' or (k.status = 'pending' and k.seq < j.seq)))
          and not exists (
          select 1 from unsettled_runs u where u.project_id = j.project_id
            and u.created_at > now() - make_interval(secs => ${claimer.lostHoldSeconds}))
        order by (select count(*) from jobs p
            where p.status = 'processing' and p.pipeline_id = j.pipeline_id), j.seq limit 1 for update of j skip locked`.execute(
        trx,
      );
      const row = next.rows[0];
      if (!row) return undefined;
      const job = await transition(trx, { jobId: row.id, locked: row }, 'claim', 'The job has started.', {
        waiting_reason: null,
        started_at: row.started_at ?? new Date(),
        timed_from: row.timed_from ?? new Date(),
        ...leaseOf(claimer),
      });
      return {
        job,
        lease: { jobId: job.id, token: job.lease_token },
        reclaimed: row.lease_token > 0,
        isQueued: true,
      };
    });
  } catch (error) {
    if ((error as { code?: string }).code === uniqueViolation) return undefined;
    throw error;
  }
}

/** Takes over a job in progress whose lease has expired. */
export async function reclaimExpiredJob(
  database: Kysely<Database>,
  claimer: Claimer,
): Promise<Claim | undefined> {
  return database.transaction().execute(async (trx) => {
    const job = await trx
      .selectFrom('jobs')
      .selectAll()
      .where('status', '=', 'processing')
      .where('lease_expires_at', '<=', sql<Date>`now()`)
      .orderBy('seq')
      .limit(1)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst();
    if (!job) return undefined;
    const { lease_token: token } = await trx
      .updateTable('jobs')
      .set(leaseOf(claimer))
      .where('id', '=', job.id)
      .returning('lease_token')
      .executeTakeFirstOrThrow();
    return { job, lease: { jobId: job.id, token }, reclaimed: true, isQueued: false };
  });
}

/** Renews leases. Returns the ids of the jobs whose lease was still ours. */
export async function renewLeases(
  database: Kysely<Database>,
  claimer: Claimer,
  leases: Lease[],
): Promise<Set<string>> {
  const renewed = new Set<string>();
  for (const lease of leases) {
    const result = await database
      .updateTable('jobs')
      .set({ lease_expires_at: leaseEnd(claimer) })
      .where('id', '=', lease.jobId)
      .where('lease_token', '=', lease.token)
      .where('status', '=', 'processing')
      .executeTakeFirst();
    if (result.numUpdatedRows > 0n) renewed.add(lease.jobId);
  }
  return renewed;
}

/** Releases leases, at once or after `delaySeconds`, so that another or a restarted gateway takes the jobs over. */
export async function releaseLeases(
  database: Kysely<Database>,
  leases: Lease[],
  delaySeconds = 0,
): Promise<void> {
  for (const lease of leases)
    await database
      .updateTable('jobs')
      .set({ lease_expires_at: sql<Date>`now() + make_interval(secs => ${delaySeconds})` })
      .where('id', '=', lease.jobId)
      .where('lease_token', '=', lease.token)
      .where('status', '=', 'processing')
      .execute();
}

/** Expires all leases. The embedded database has one gateway, so leases from before its start belong to no process. */
export async function expireAllLeases(database: Kysely<Database>): Promise<void> {
  await database
    .updateTable('jobs')
    .set({ lease_expires_at: new Date(0) })
    .where('status', '=', 'processing')
    .execute();
}

/** Columns of a new lease. */
function leaseOf(claimer: Claimer) {
  return {
    lease_token: sql<number>`lease_token + 1`,
    lease_owner: claimer.owner,
    lease_expires_at: leaseEnd(claimer),
  };
}

/** Uses the database's clock, so that gateways need no synchronised clocks. */
function leaseEnd(claimer: Claimer) {
  return sql<Date>`now() + make_interval(secs => ${claimer.leaseSeconds})`;
}
