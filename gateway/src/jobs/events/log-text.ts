import type { Response } from 'express';
import type { Query } from '../../server/database/open.ts';

const pageSize = 2000;

/** Writes a job's log lines as plain text, page by page. */
export async function streamJobLog(query: Query, jobId: string, response: Response): Promise<void> {
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  let after = 0;
  for (;;) {
    const rows = await query
      .selectFrom('job_events')
      .select(['seq', 'at', 'body'])
      .where('job_id', '=', jobId)
      .where('type', '=', 'log')
      .where('seq', '>', after)
      .orderBy('seq')
      .limit(pageSize)
      .execute();
    for (const row of rows) {
      const { step, line } = JSON.parse(row.body);
      response.write(`${row.at.toISOString()} ${step} ${line}\n`);
    }
    const last = rows.at(-1);
    if (!last || rows.length < pageSize) break;
    after = last.seq;
  }
  response.end();
}
