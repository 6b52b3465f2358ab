import type { JobRow } from '../../server/database/job-row.ts';

/** Says in one line why a job has not done its work. */
export function errorOf(job: JobRow): string {
  if (job.status === 'cancelled') return `job ${job.id} was cancelled`;
  const { message }: { message?: string } = JSON.parse(job.error ?? '{}');
  return `job ${job.id} has failed${message ? `: ${message}` : ''}`.slice(0, 1000);
}
