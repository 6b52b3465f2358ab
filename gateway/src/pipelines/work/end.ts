import { isFinished, type PipelineStatus, stackLimitsSchema } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import { requestCancel } from '../../jobs/cancel.ts';
import { jobCreator } from '../../jobs/store.ts';
import { completedBefore, rollbackTo } from '../create/again.ts';
import { insertPipeline } from '../create/new-pipeline.ts';
import { limitProblems } from '../create/require-limits.ts';
import { holdsScope, isDone, isEnded, type TaskRow } from '../rows.ts';
import { takeSnapshot } from '../snapshots/store.ts';
import { noteExpiry } from './expiry.ts';
import { lockNote } from './lock-notes.ts';
import { markOutdated, recordUnchanged } from './record.ts';
import type { Step } from './step.ts';

/** Ends a pipeline in which nothing is at work. Plans that were not applied are cancelled. */
export async function endPipeline(step: Step): Promise<void> {
  const { pipeline, tasks } = step;
  for (const task of tasks) {
    if (pipeline.type === 'plan' || isDone(task)) continue;
    await cancelJobs(step, task); // a skipped task may have a plan that waits
    if (!isEnded(task)) await step.setTask(task, { status: 'skipped' }, 'the pipeline has ended before it');
  }
  if (holdsScope(pipeline)) await recordUnchanged(step);
  const outdated = holdsScope(pipeline) ? await markOutdated(step) : [];
  const told = outdated.length > 0 ? `; now outdated: ${outdated.join(', ')}` : '';
  if (holdsScope(pipeline) && pipeline.started_at)
    step.locks.push(lockNote('releaseLock', pipeline, pipeline.started_at));
  const { status, message, error } = outcomeOf(step);
  const back = status === 'partial' || status === 'failed' ? await queueRollback(step) : undefined;
  const goesBack = back ? `; ${back}` : '';
  if (status === 'completed') await noteExpiry(step);
  if (status === 'completed' && holdsScope(pipeline)) {
    const { stack, environment, id: pipelineId, created_by: createdBy } = pipeline;
    await takeSnapshot(step.trx, { stack, environment, pipelineId, message: null, createdBy });
  }
  await step.setStatus(status, `${message}${told}${goesBack}.`, { error: error && `${error}${goesBack}` });
}

/** Queues the rollback of a failed pipeline that is to be rolled back. Says what becomes of it. */
async function queueRollback({ pipeline, settings, trx, context, tasks }: Step): Promise<string | undefined> {
  const hasChanged = tasks.some(
    ({ status, job_id }) => status === 'succeeded' || (status === 'failed' && job_id),
  );
  if (settings.onError !== 'rollback' || pipeline.type !== 'apply' || !hasChanged) return undefined;
  const target = await completedBefore(trx, pipeline);
  if (!target) return undefined;
  const { stack, environment, service, component, source } = pipeline;
  const request = {
    stack,
    environment,
    service: service ?? undefined,
    component: component ?? undefined,
    settings: { ...settings, onError: 'stop' as const },
    wait: true,
    message: `rollback of ${pipeline.id}`,
    source: source === null ? undefined : JSON.parse(source),
  };
  const rollback = await rollbackTo(context, trx, request, target).catch((error: unknown) => {
    if (error instanceof DomainError) return error;
    throw error;
  });
  if (rollback instanceof DomainError) return `there is no rollback: ${rollback.message}`;
  const stackLimits =
    pipeline.stack_limits === null ? null : stackLimitsSchema.parse(JSON.parse(pipeline.stack_limits));
  if (stackLimits) {
    const limits = { ...stackLimits, key: pipeline.created_by };
    const [problem] = await limitProblems(context.encryption, trx, rollback, limits);
    if (problem) return `there is no rollback: ${problem}`;
  }
  const { id } = await insertPipeline(context, trx, rollback, { ...jobCreator(pipeline), stackLimits });
  return `${id} brings back what was deployed before`;
}

/** Cancels what a task has at work. Returns whether something is still ending. */
export async function cancelJobs(step: Step, task: TaskRow): Promise<boolean> {
  let isEnding = false;
  for (const id of [task.plan_job_id, task.job_id]) {
    const job = id === null ? undefined : step.jobs.get(id);
    if (!job || isFinished(job.status)) continue;
    if (!job.cancel_requested_at) {
      const row = await requestCancel(
        step.trx,
        step.context,
        job.id,
        step.pipeline.cancel_grace_seconds ?? undefined,
      );
      step.jobs.set(job.id, row);
    }
    isEnding ||= !isFinished(step.jobs.get(job.id)?.status ?? 'cancelled');
  }
  return isEnding;
}

type Outcome = { status: PipelineStatus; message: string; error: string | null };

function outcomeOf({ pipeline, tasks }: Step): Outcome {
  const count = (...statuses: string[]) => tasks.filter(({ status }) => statuses.includes(status)).length;
  const done = count('succeeded');
  const failed = tasks.filter(({ status }) => status === 'failed');
  const said = `${done} succeeded, ${count('unchanged')} unchanged, ${failed.length} failed, ${count('skipped', 'cancelled')} not done`;
  if (pipeline.cancel_requested_at)
    return { status: 'cancelled', message: `The pipeline was cancelled: ${said}`, error: 'cancelled' };
  if (pipeline.type === 'plan' && failed.length === 0)
    return { status: 'completed', message: 'All plans are made', error: null };
  if (tasks.every(isDone))
    return { status: 'completed', message: `The pipeline is completed: ${said}`, error: null };
  const [first] = failed;
  const error = first ? `${first.component}: ${first.reason ?? 'failed'}` : said;
  const status = done > 0 ? 'partial' : 'failed';
  return { status, message: `The pipeline has not done everything: ${said}`, error };
}
