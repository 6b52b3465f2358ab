import { sql } from 'kysely';
import type { Context } from '../../context.ts';
import { notify } from '../../server/database/open.ts';
import { jobChangedChannel } from '../channels.ts';
import { lockJob, patchJob } from '../transition.ts';
import type { JobWork } from './job-work.ts';

/** Stores why pending jobs do not start: another job of their project, a lost runner, or no free slot. */
export async function noteWaitingJobs(context: Context): Promise<void> {
  const { query } = context.database;
  const noSlot = context.runners.hasFreeSlot() ? null : context.runners.whyNoSlot();
  const hold = context.config.lostHoldSeconds;
  const changed = await sql<{ id: string }>`
    with reasons as (
      select j.id, coalesce(
        (select 'waits behind job ' || k.id || ' of the same project' from jobs k
          where k.project_id = j.project_id and (k.status = 'processing' or (k.status = 'pending' and k.seq < j.seq))
          order by k.seq limit 1),
        (select 'an apply of this project may still be running at ' || u.runner_url || ', which does not answer; the job starts when it does, or after ' || ${hold}::text || ' s'
          from unsettled_runs u where u.project_id = j.project_id
            and u.created_at > now() - make_interval(secs => ${hold}) limit 1),
        ${noSlot}::text) as reason
      from jobs j where j.status = 'pending')
    update jobs set waiting_reason = reasons.reason from reasons
    where jobs.id = reasons.id and jobs.status = 'pending' and jobs.waiting_reason is distinct from reasons.reason
    returning jobs.id`.execute(query);
  for (const { id } of changed.rows) await notify(query, jobChangedChannel, id);
}

/** Records why a job in progress is waiting; repeats of the same reason are not recorded. */
export async function noteWaiting(work: JobWork, reason: string): Promise<void> {
  await work.context.database.query.transaction().execute(async (trx) => {
    const job = await lockJob(trx, work.job.id, work.lease);
    if (job.waiting_reason === reason) return;
    await patchJob(trx, work.lease, { waiting_reason: reason }, [
      { body: { type: 'waiting', reason }, at: new Date() },
    ]);
  });
}
