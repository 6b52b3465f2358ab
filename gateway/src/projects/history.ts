import type { JobStatus, JobType } from '@deployment-engine/contracts';
import type { Query } from '../server/database/open.ts';

type HistoryJob = {
  jobId: string;
  type: JobType;
  status: JobStatus;
  message: string | null;
  startTime: string;
  endTime: string | null;
  orphans: { found: number; unresolved: number };
};

/** Returns the jobs of revisions, by revision number; newest first. */
export async function revisionJobs(
  query: Query,
  projectId: string,
  revisions: number[],
): Promise<Map<number, HistoryJob[]>> {
  if (revisions.length === 0) return new Map();
  const rows = await query
    .selectFrom('jobs')
    .select(['id', 'type', 'status', 'message', 'revision', 'created_at', 'finished_at'])
    .where('project_id', '=', projectId)
    .where('revision', 'in', revisions)
    .orderBy('seq', 'desc')
    .execute();
  const orphans = await orphanCounts(query, projectId);
  const groups = Map.groupBy(rows, (row) => row.revision ?? 0);
  return new Map(
    [...groups].map(([revision, jobs]) => [
      revision,
      jobs.map((job) => ({
        jobId: job.id,
        type: job.type,
        status: job.status,
        message: job.message,
        startTime: job.created_at.toISOString(),
        endTime: job.finished_at?.toISOString() ?? null,
        orphans: orphans.get(job.id) ?? { found: 0, unresolved: 0 },
      })),
    ]),
  );
}

async function orphanCounts(query: Query, projectId: string): Promise<Map<string, HistoryJob['orphans']>> {
  const rows = await query
    .selectFrom('orphans')
    .select(['job_id', 'status'])
    .where('project_id', '=', projectId)
    .execute();
  const groups = Map.groupBy(rows, (row) => row.job_id);
  return new Map(
    [...groups].map(([jobId, found]) => [
      jobId,
      { found: found.length, unresolved: found.filter(({ status }) => status === 'unresolved').length },
    ]),
  );
}
