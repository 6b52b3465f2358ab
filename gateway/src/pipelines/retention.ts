import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { removeUnnamedContent } from '../projects/revisions/store.ts';
import { takeLock } from '../server/database/locks.ts';
import type { Query } from '../server/database/open.ts';

/** SQL: pipelines that change something. */
const changing = sql`type in ('apply', 'rollback', 'destroy')`;

/**
 * Removes pipelines that ended longer ago than states are kept, with their tasks, events, stored repositories and files.
 * Kept in every environment that has something deployed or in progress: the newest pipeline, the two newest completed
 * ones, those of the last code and of a promotion, and what each of the pipelines that may be rolled back to has
 * deployed. Returns the number of pipelines removed.
 */
export async function prunePipelines({ database, config }: Context): Promise<number> {
  const { stateRetentionDays } = config;
  return database.query.transaction().execute(async (trx) => {
    await takeLock(trx, 'contents');
    const removed = await removePipelines(trx, stateRetentionDays);
    if (removed === 0) return 0;
    await removeRepositories(trx, stateRetentionDays);
    await removeUnnamedContent(trx);
    return removed;
  });
}

/**
 * `horizons` has the oldest pipeline of each environment that may be rolled back to. `bases` are those that have
 * deployed, before that, what it and later ones start from.
 */
async function removePipelines(trx: Query, days: number): Promise<number> {
  const old = sql`finished_at < now() - make_interval(days => ${days})`;
  await sql`create temporary table kept_pipelines (id text primary key, is_target boolean) on commit drop`.execute(
    trx,
  );
  await sql`
    with ranked as (
      select id, stack, environment, seq, status, finished_at,
        row_number() over (partition by stack, environment order by seq desc) as place,
        row_number() over (partition by stack, environment, status order by seq desc) as place_of_status
      from pipelines where ${changing} and not base_only
    ), horizons as (
      select stack, environment, min(seq) as seq from ranked r
      where finished_at is null or not (${old})
        or (place = 1 or (status = 'completed' and place_of_status <= 2))
          and exists (select 1 from stack_components c where c.stack = r.stack and c.environment = r.environment)
      group by stack, environment
    ), done as (
      select distinct on (t.project_id) p.id, p.stack, p.environment, p.seq, t.project_id, t.action
      from pipeline_tasks t join pipelines p on p.id = t.pipeline_id
        join horizons h on h.stack = p.stack and h.environment = p.environment and p.seq <= h.seq
      where p.type in ('apply', 'rollback', 'destroy') and t.status in ('succeeded', 'unchanged')
      order by t.project_id, p.seq desc, t.no desc
    ), bases as (
      select id from done d where d.action = 'deploy' or exists (
        select 1 from pipeline_tasks t join pipelines p on p.id = t.pipeline_id
        where t.project_id = d.project_id and t.action = 'deploy' and p.seq < d.seq)
    ), sources as (
      (select distinct on (stack, environment) id from pipelines
        where type in ('apply', 'rollback') order by stack, environment, seq desc)
      union
      (select distinct on (stack, environment) id from pipelines
        where type in ('apply', 'rollback') and status = 'completed' and service is null and component is null
        order by stack, environment, seq desc)
    ), of_live as (
      select s.id from sources s join pipelines p on p.id = s.id
        join horizons h on h.stack = p.stack and h.environment = p.environment
    )
    insert into kept_pipelines (id, is_target)
    select p.id, bool_or(is_target) from (
      select p.id, true as is_target from pipelines p
        join horizons h on h.stack = p.stack and h.environment = p.environment and p.seq >= h.seq
        where p.type in ('apply', 'rollback', 'destroy')
      union all select id, false from bases
      union all select id, false from of_live
      union all select pipeline_id, false from stack_components
    ) p group by p.id`.execute(trx);
  await sql`update pipelines p set base_only = true from kept_pipelines k
    where k.id = p.id and not k.is_target and not p.base_only`.execute(trx);
  const removed = await sql`delete from pipelines p
    where ${old} and not exists (select 1 from kept_pipelines k where k.id = p.id)`.execute(trx);
  return Number(removed.numAffectedRows ?? 0n);
}

/** The newest one of each stack stays, so that no number is given twice. */
async function removeRepositories(trx: Query, days: number): Promise<void> {
  await sql`delete from stack_revisions s
    where created_at < now() - make_interval(days => ${days})
      and exists (select 1 from stack_revisions n where n.stack = s.stack and n.number > s.number)
      and not exists (select 1 from pipelines p where p.stack = s.stack and p.revision = s.number)`.execute(
    trx,
  );
}
