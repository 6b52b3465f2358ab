import { type JobNotification, type JobStatus, matchesWildcard } from '@deployment-engine/contracts';
import type { JobRow } from '../server/database/job-row.ts';
import { notify, type Query } from '../server/database/open.ts';

/** Channel that announces that there is something to deliver. */
export const outboxChannel = 'outbox';

const eventOf: Readonly<Partial<Record<JobStatus, JobNotification>>> = {
  processing: 'job.started',
  awaiting_approval: 'job.awaiting_approval',
  completed: 'job.succeeded',
  failed: 'job.failed',
  cancelled: 'job.cancelled',
};

/** Writes whom to tell of a job's new status, in the transaction that changes it: neither can be lost without the other. */
export async function noteOutbox(
  trx: Query,
  { id, project_id: projectId, status }: Pick<JobRow, 'id' | 'project_id' | 'status'>,
): Promise<void> {
  const event = eventOf[status];
  if (event === undefined) return;
  const targets = await trx.selectFrom('notification_targets').select(['id', 'projects', 'events']).execute();
  const told = targets.filter(
    ({ projects, events }) => matchesWildcard(projects, projectId) && JSON.parse(events).includes(event),
  );
  if (told.length === 0) return;
  await trx
    .insertInto('outbox')
    .values(told.map((target) => ({ target_id: target.id, project_id: projectId, job_id: id, event })))
    .execute();
  await notify(trx, outboxChannel, projectId);
}
