import { type JobNotification, type JobStatus, matchesWildcard } from '@deployment-engine/contracts';
import type { JobRow } from '../server/database/job-row.ts';
import { notify, type Query } from '../server/database/open.ts';
import { changesDeployment } from './note-deployment.ts';

/** Channel that announces that there is something to deliver. */
export const outboxChannel = 'outbox';

const eventOf: Readonly<Partial<Record<JobStatus, JobNotification>>> = {
  processing: 'job.started',
  awaiting_approval: 'job.awaiting_approval',
  completed: 'job.succeeded',
  failed: 'job.failed',
  cancelled: 'job.cancelled',
};

/** Stores a message to each address that a job's new status concerns, in the transaction that changes the job: neither is lost without the other. */
export async function noteOutbox(
  trx: Query,
  job: Pick<JobRow, 'id' | 'project_id' | 'type' | 'status'>,
): Promise<void> {
  const { id, project_id: projectId } = job;
  const event = eventOf[job.status];
  if (event === undefined) return;
  const targets = await trx
    .selectFrom('notification_targets')
    .select(['id', 'kind', 'projects', 'events'])
    .execute();
  const told = targets.filter(
    ({ kind, projects, events }) =>
      matchesWildcard(projects, projectId) &&
      JSON.parse(events).includes(event) &&
      (kind !== 'main_api' || changesDeployment(job)), // the main API hears of deployments only
  );
  if (told.length === 0) return;
  await trx
    .insertInto('outbox')
    .values(told.map((target) => ({ target_id: target.id, project_id: projectId, job_id: id, event })))
    .execute();
  await notify(trx, outboxChannel, projectId);
}
