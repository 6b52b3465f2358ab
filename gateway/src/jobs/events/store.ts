import type { Diagnostic, JobEvent, JobEventBody } from '@deployment-engine/contracts';
import { sql } from 'kysely';
import { redactEvent } from '../../projects/redaction/redact-event.ts';
import type { Redactor } from '../../projects/redaction/redactor.ts';
import type { Query } from '../../server/database/open.ts';

/** Redacts a job's stored events again, with secrets learned since. */
export async function redactStoredEvents(query: Query, jobId: string, redactor: Redactor): Promise<void> {
  const rows = await query
    .selectFrom('job_events')
    .select(['seq', 'body'])
    .where('job_id', '=', jobId)
    .execute();
  for (const row of rows) {
    const body = JSON.stringify(redactEvent(JSON.parse(row.body), redactor));
    if (body === row.body) continue;
    await query
      .updateTable('job_events')
      .set({ body })
      .where('job_id', '=', jobId)
      .where('seq', '=', row.seq)
      .execute();
  }
}

/** Returns the number of a run's last stored event; 0 if it has none. */
export async function lastRunSeq(query: Query, runId: string): Promise<number> {
  const row = await query
    .selectFrom('job_events')
    .select((select) => select.fn.max('run_seq').as('last'))
    .where('run_id', '=', runId)
    .executeTakeFirst();
  return row?.last ?? 0;
}

export async function listEvents(
  query: Query,
  jobId: string,
  after: number,
  limit = 1000,
): Promise<JobEvent[]> {
  const rows = await query
    .selectFrom('job_events')
    .select(['seq', 'at', 'body'])
    .where('job_id', '=', jobId)
    .where('seq', '>', after)
    .orderBy('seq')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ seq: row.seq, at: row.at.toISOString(), body: JSON.parse(row.body) }));
}

/** Returns events of several jobs, each after its number in `after`, those of one job in order. */
export async function listEventsOfJobs(
  query: Query,
  after: Map<string, number>,
  limit: number,
): Promise<(JobEvent & { jobId: string })[]> {
  if (after.size === 0) return [];
  const positions = JSON.stringify([...after].map(([job, seq]) => ({ job, seq })));
  const { rows } = await sql<{ job_id: string; seq: number; at: Date; body: string }>`
    select e.job_id, e.seq, e.at, e.body
    from json_to_recordset(${positions}::json) as p(job text, seq int)
    join job_events e on e.job_id = p.job and e.seq > p.seq
    order by e.job_id, e.seq limit ${limit}`.execute(query);
  return rows.map(({ job_id, seq, at, body }) => ({
    jobId: job_id,
    seq,
    at: at.toISOString(),
    body: JSON.parse(body),
  }));
}

/** Returns a job's events of one type, oldest first. */
export async function eventsOfType<T extends JobEventBody['type']>(
  query: Query,
  jobId: string,
  type: T,
): Promise<Extract<JobEventBody, { type: T }>[]> {
  const rows = await query
    .selectFrom('job_events')
    .select('body')
    .where('job_id', '=', jobId)
    .where('type', '=', type)
    .orderBy('seq')
    .execute();
  return rows.map((row) => JSON.parse(row.body));
}

/** Returns Terraform's diagnostics from a job's newest run; earlier attempts do not count. */
export async function lastRunDiagnostics(query: Query, jobId: string): Promise<Diagnostic[]> {
  const last = await query
    .selectFrom('job_events')
    .select('run_id')
    .where('job_id', '=', jobId)
    .where('run_id', 'is not', null)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!last?.run_id) return [];
  const rows = await query
    .selectFrom('job_events')
    .select('body')
    .where('run_id', '=', last.run_id)
    .where('type', '=', 'diagnostic')
    .orderBy('seq')
    .execute();
  return rows.map((row) => JSON.parse(row.body).diagnostic);
}
