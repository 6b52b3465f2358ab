import { sql } from 'kysely';
import type { Query } from '../../server/database/open.ts';

/** Answers to a repeated request name their job for this long. */
const leastDays = 7;

/**
 * Removes plans and drift checks that ended more than so many days ago: they have changed nothing. Deploys, destroys and
 * rollbacks are the history and stay. So does what something kept names: a pipeline, the costs, a state, an orphan, a lost run,
 * a project's last job, a remediation, and each project's drift report. Returns the number removed.
 */
export async function removeOldChecks(query: Query, days: number): Promise<number> {
  const removed = await sql`
    delete from jobs j
    where j.type in ('plan', 'drift') and j.remediation_job_id is null
      and j.finished_at < now() - make_interval(days => ${Math.max(days, leastDays)})
      and not exists (select 1 from pipeline_tasks t where t.job_id = j.id or t.plan_job_id = j.id)
      and not exists (select 1 from projects p where p.last_job_id = j.id or p.deployment_job_id = j.id)
      and not exists (select 1 from cost_history c where c.job_id = j.id)
      and not exists (select 1 from state_versions s where s.job_id = j.id)
      and not exists (select 1 from orphans o where o.job_id = j.id)
      and not exists (select 1 from unsettled_runs u where u.job_id = j.id)
      and not exists (select 1 from terraform_logs l where l.job_id = j.id)
      and j.id not in (
        select distinct on (project_id) id from jobs
        where type = 'drift' and status = 'completed' order by project_id, seq desc)`.execute(query);
  return Number(removed.numAffectedRows ?? 0n);
}
