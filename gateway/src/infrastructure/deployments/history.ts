import { attemptSchema, type endpoints } from '@deployment-engine/contracts';
import type { Context } from '../../context.ts';
import { cutPage, decodeNumberCursor } from '../../http/cursor.ts';
import { redactAnswer } from '../../http/redact-answer.ts';
import type { Input } from '../../http/route.ts';
import { recordStatus } from '../../jobs/note-deployment.ts';
import { presentJob } from '../../jobs/present.ts';
import { listOrphans, type OrphanRow } from '../../jobs/recovery/orphan-store.ts';
import { listJobs } from '../../jobs/store.ts';
import type { JobRow } from '../../server/database/job-row.ts';
import { findDeployment } from './store.ts';

/** Lists all runs for a deployment, newest first, with who asked and what they came to. */
export async function deploymentHistory(
  context: Context,
  { params, query: page, principal }: Input<typeof endpoints.deploymentHistory>,
) {
  const { query } = context.database;
  const row = await findDeployment(query, principal, params.deploymentId);
  const rows = await listJobs(query, {
    principal,
    projectId: row.project_id,
    before: decodeNumberCursor(page.cursor),
    limit: page.limit + 1,
  });
  const { page: jobs, next } = cutPage(rows, page.limit, (row) => row.seq);
  const costs = await costsOf(
    context,
    jobs.map(({ id }) => id),
  );
  const orphans = await listOrphans(query, row.project_id);
  const history = await Promise.all(
    jobs.map((job) =>
      redactAnswer(
        attemptSchema,
        attempt(job, costs.get(job.id) ?? null, orphans),
        { projectId: row.project_id, jobId: job.id },
        context.redactorOf,
      ),
    ),
  );
  return {
    history,
    next_cursor: next,
  };
}

function attempt(job: JobRow, monthlyCost: number | null, orphans: OrphanRow[]) {
  const view = presentJob(job);
  const status = recordStatus(job);
  return {
    job_id: job.id,
    action: job.type,
    status: status === 'deleted' && hasLeft(job, orphans) ? 'failed' : status,
    who: job.created_by,
    message: job.message,
    error_message: view.error ?? null,
    monthly_cost: monthlyCost,
    created_at: view.startTime,
    completed_at: view.endTime,
  };
}

/** Whether orphans were unresolved when a job ended. */
function hasLeft({ finished_at: end }: JobRow, orphans: OrphanRow[]): boolean {
  return (
    end !== null &&
    orphans.some(({ since, resolved_at }) => since <= end && !(resolved_at && resolved_at <= end))
  );
}

/** Returns what is estimated to be paid for a month after each job. */
async function costsOf({ database }: Context, jobIds: string[]): Promise<Map<string, number>> {
  if (jobIds.length === 0) return new Map();
  const rows = await database.query
    .selectFrom('cost_history')
    .select(['job_id', 'total'])
    .where('job_id', 'in', jobIds)
    .orderBy('id')
    .execute();
  return new Map(rows.map(({ job_id, total }) => [job_id, Number(total)]));
}
