import type { JobEventBody, JobNotification, RecordStatus } from '@deployment-engine/contracts';
import { type RawBuilder, sql } from 'kysely';
import type { JobRow, Lease } from '../server/database/job-row.ts';
import type { Query } from '../server/database/open.ts';
import { jobChangedChannel, jobQueuedChannel } from './channels.ts';
import { insertMessages, outboxChannel } from './note-outbox.ts';

export type NewEvent = { body: JobEventBody; at: Date; run?: { runId: string; seq: number } };

export type JobWrite = {
  /** Get the job's next numbers. */
  events?: NewEvent[];
  patch?: { [Column in keyof JobRow]?: JobRow[Column] | RawBuilder<JobRow[Column]> };
  /** If given, the row is written only while this lease is the newest. */
  lease?: Lease | undefined;
  /** Whether a job of this project may have become claimable. */
  wakesWorkers?: boolean;
  /** What addresses are told with this change; `deploymentStatus` is what a deployment comes to by it. */
  told?: { event: JobNotification; deploymentStatus: RecordStatus | undefined } | undefined;
};

/**
 * Changes a job's row, appends its events and tells listeners, in one statement whose text is the same for any events:
 * a job is written dozens of times. Messages about it are stored in the same statement, so that a job without any costs no query for them. Returns the row; `undefined` if there is no such job or the lease is not the newest.
 */
export async function writeJob(query: Query, jobId: string, write: JobWrite): Promise<JobRow | undefined> {
  const { events = [], patch = {}, lease, wakesWorkers = false, told } = write;
  let update = query
    .updateTable('jobs')
    .set({ ...patch, last_event_seq: sql<number>`last_event_seq + ${events.length}::int` })
    .where('id', '=', jobId)
    .returningAll();
  if (lease) update = update.where('lease_token', '=', lease.token).where('status', '=', 'processing');
  const rows = events.map(({ body, at, run }, index) => ({
    place: index + 1 - events.length,
    run_id: run?.runId,
    run_seq: run?.seq,
    at,
    type: body.type,
    body: JSON.stringify(body),
  }));
  const { rows: written } = await sql<JobRow>`
    with updated as (${update}),
    inserted as (
      insert into job_events (job_id, seq, run_id, run_seq, at, type, body)
      select updated.id, updated.last_event_seq + e.place, e.run_id, e.run_seq, e.at, e.type, e.body
      from updated, json_to_recordset(${JSON.stringify(rows)}::json)
        as e(place int, run_id text, run_seq int, at timestamptz, type text, body text)),
    told as (${told ? insertMessages('updated', told.event, told.deploymentStatus) : sql`select project_id from updated where false`}),
    announced as (select pg_notify(${outboxChannel}, project_id) from told limit 1),
    notified as (
      select pg_notify(${jobChangedChannel}, id),
        case when ${wakesWorkers}::bool then pg_notify(${jobQueuedChannel}, project_id) end from updated)
    select updated.* from updated, notified left join announced on true`.execute(query);
  return written[0];
}
