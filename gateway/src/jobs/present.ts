import { isFinished, type JobError, type JobView } from '@deployment-engine/contracts';
import type { JobRow } from '../server/database/job-row.ts';
import { progressPercent } from './progress.ts';

export function presentJob(row: JobRow): JobView {
  const failure: JobError | undefined = row.error ? JSON.parse(row.error) : undefined;
  const plan = row.plan_summary ? JSON.parse(row.plan_summary) : null;
  const policy = row.policy_summary ? JSON.parse(row.policy_summary) : null;
  return {
    jobId: row.id,
    projectId: row.project_id,
    pipelineId: row.pipeline_id,
    type: row.type,
    status: row.status,
    progress: row.status === 'completed' ? 100 : progressPercent(row),
    step: row.step,
    resources: { planned: row.planned, finished: row.finished, failed: row.failed },
    waitingReason: row.waiting_reason,
    message: row.message,
    revision: row.revision,
    planDigest: row.plan_digest,
    plan,
    policy,
    ...(row.result ? { result: { ...JSON.parse(row.result), plan } } : {}),
    ...errorOf(row, failure),
    cancelRequested: row.cancel_requested_at !== null,
    endedBy: row.status === 'cancelled' ? (row.ended_by as JobView['endedBy']) : null,
    startTime: row.created_at.toISOString(),
    processingTime: row.started_at?.toISOString() ?? null,
    endTime: isFinished(row.status) ? (row.finished_at?.toISOString() ?? null) : null,
  };
}

function errorOf(row: JobRow, failure: JobError | undefined): Pick<JobView, 'error' | 'failure'> {
  if (failure) return { error: failure.message, failure };
  if (row.status !== 'cancelled') return {};
  const how =
    { interrupt: ' by interrupt', kill: ' by kill', none: ' before anything was changed' }[
      row.ended_by ?? ''
    ] ?? '';
  return { error: `the job was cancelled${how}` };
}
