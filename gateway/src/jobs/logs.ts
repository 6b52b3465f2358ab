import type { Query } from '../server/database/open.ts';

const tailBytes = 64 * 1024;
const tailLines = 2000;

/** Returns a job's last log lines, at most 64 KiB. */
export async function logTail(query: Query, jobId: string): Promise<string> {
  const rows = await query
    .selectFrom('job_events')
    .select('body')
    .where('job_id', '=', jobId)
    .where('type', '=', 'log')
    .orderBy('seq', 'desc')
    .limit(tailLines)
    .execute();
  let size = 0;
  const kept: string[] = [];
  for (const line of rows.map((row): string => JSON.parse(row.body).line)) {
    size += Buffer.byteLength(line) + 1;
    if (size > tailBytes) break;
    kept.push(line);
  }
  return kept.reverse().join('\n');
}
