import { sql } from 'kysely';
import type { Context } from '../../context.ts';
import { removeOldChecks } from './old-checks.ts';

/**
 * Prunes events of jobs and pipelines, plans, policy reports and Terraform's own logs of what ended long ago, and state
 * versions that exceed the kept number or age, unless a snapshot of a stack that somebody asked for names them. A project's newest state version is always kept, and so is the plan of its
 * newest drift check, which is its drift report. Removes old checks as a whole, see `removeOldChecks`. Returns the numbers removed.
 */
export async function pruneOld(
  context: Context,
): Promise<{ events: number; stateVersions: number; plans: number; checks: number }> {
  const { query } = context.database;
  const { eventRetentionDays, stateVersionsKept, stateRetentionDays } = context.config;
  const events = await sql`
    delete from job_events e using jobs j
    where e.job_id = j.id and j.finished_at < now() - make_interval(days => ${eventRetentionDays})`.execute(
    query,
  );
  const plans = await sql`
    delete from plans p using jobs j
    where p.job_id = j.id and j.finished_at < now() - make_interval(days => ${eventRetentionDays})
      and p.job_id not in (
        select distinct on (project_id) id from jobs
        where type = 'drift' and status = 'completed' order by project_id, seq desc)`.execute(query);
  await sql`
    delete from policy_reports r using jobs j
    where r.job_id = j.id and j.finished_at < now() - make_interval(days => ${eventRetentionDays})`.execute(
    query,
  );
  await sql`
    delete from terraform_logs l using jobs j
    where l.job_id = j.id and j.finished_at < now() - make_interval(days => ${eventRetentionDays})`.execute(
    query,
  );
  await sql`
    delete from pipeline_events e using pipelines p
    where e.pipeline_id = p.id and p.finished_at < now() - make_interval(days => ${eventRetentionDays})`.execute(
    query,
  );
  const stateVersions = await sql`
    delete from state_versions v using (
      select id, created_at, row_number() over (partition by project_id order by id desc) as place from state_versions
    ) ranked
    where v.id = ranked.id and ranked.place > 1
      and (ranked.place > ${stateVersionsKept} or ranked.created_at < now() - make_interval(days => ${stateRetentionDays}))
      and v.id not in (
        select state_version from stack_snapshot_states t join stack_snapshots s on s.id = t.snapshot_id
        where s.pipeline_id is null and s.created_at >= now() - make_interval(days => ${stateRetentionDays}))`.execute(
    query,
  );
  await sql`
    delete from stack_snapshots where created_at < now() - make_interval(days => ${stateRetentionDays})`.execute(
    query,
  );
  await sql`delete from outbox where coalesce(delivered_at, dead_at) < now() - make_interval(days => ${eventRetentionDays})`.execute(
    query,
  );
  await sql`delete from idempotency_keys where created_at < now() - interval '7 days'`.execute(query);
  await sql`delete from schedule_ticks where tick < now() - interval '7 days'`.execute(query);
  const checks = await removeOldChecks(query, stateRetentionDays);
  const count = (result: { numAffectedRows?: bigint }) => Number(result.numAffectedRows ?? 0n);
  return { events: count(events), stateVersions: count(stateVersions), plans: count(plans), checks };
}
