import type {
  JobNotification,
  JobStatus,
  NotificationEvent,
  RecordStatus,
} from '@deployment-engine/contracts';
import { type RawBuilder, sql } from 'kysely';
import type { JobRow } from '../server/database/job-row.ts';
import type { Query } from '../server/database/open.ts';

/** Channel that announces that there is something to deliver. */
export const outboxChannel = 'outbox';

const eventOf: Readonly<Partial<Record<JobStatus, JobNotification>>> = {
  processing: 'job.started',
  awaiting_approval: 'job.awaiting_approval',
  completed: 'job.succeeded',
  failed: 'job.failed',
  cancelled: 'job.cancelled',
};

/** Returns what a job's new status tells; `undefined` if nothing. */
export function statusEvent(status: JobStatus): JobNotification | undefined {
  return eventOf[status];
}

/** Condition for the targets that an event of a project concerns. The main API hears only what changes a deployment. */
const concerns = (event: RawBuilder<string>, projectId: RawBuilder<string>, isDeployment: boolean) => sql`
  ${projectId} like replace(replace(t.projects, '_', '\\_'), '*', '%')
  and t.events::jsonb @> to_jsonb(${event})
  and (t.kind <> 'main_api' or ${isDeployment}::bool)`;

/**
 * Returns the statement that stores a message to each address that a change of a job concerns. `job` is the name of rows with `id`
 * and `project_id`. An address that is deleted meanwhile is left out: its row is locked, so the job's transaction can't fail by it.
 */
export function insertMessages(
  job: string,
  event: JobNotification,
  deploymentStatus: RecordStatus | undefined,
): RawBuilder<unknown> {
  const rows = sql.ref(job);
  return sql`
    insert into outbox (target_id, project_id, job_id, event, deployment_status)
    select t.id, ${rows}.project_id, ${rows}.id, ${event}::text, ${deploymentStatus ?? null}::text from ${sql.table(job)}, notification_targets t
    where ${concerns(sql`${event}::text`, sql`${rows}.project_id`, deploymentStatus !== undefined)}
    for key share of t
    returning project_id`;
}

/**
 * Stores messages about what a job has found, or with a `status` about its deployment, in the transaction that records it. `once` is for a fact that is found again when a
 * phase is repeated after a crash: each address is told once for a job.
 */
export async function noteFound(
  trx: Query,
  { id, project_id: projectId }: Pick<JobRow, 'id' | 'project_id'>,
  event: Exclude<NotificationEvent, JobNotification>,
  { detail, once = false, status }: { detail: string; once?: boolean; status?: RecordStatus },
): Promise<void> {
  await sql`
    with told as (
      insert into outbox (target_id, project_id, job_id, event, detail, deployment_status)
      select t.id, ${projectId}::text, ${id}::text, ${event}::text, ${detail}::text, ${status ?? null}::text from notification_targets t
      where ${concerns(sql`${event}::text`, sql`${projectId}::text`, status !== undefined)}
        and not (${once}::bool and exists (
          select 1 from outbox o where o.job_id = ${id}::text and o.target_id = t.id and o.event = ${event}::text))
      for key share of t
      returning project_id)
    select pg_notify(${outboxChannel}::text, project_id) from told limit 1`.execute(trx);
}

const maxListed = 5;

/** Returns names for a message to people; of many, the first ones and how many more there are. */
export function listed(names: string[]): string {
  const more = names.length - maxListed;
  return `${names.slice(0, maxListed).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
