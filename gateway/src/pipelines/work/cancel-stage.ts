import { isEnded, type TaskRow } from '../rows.ts';
import { cancelJobs, endPipeline } from './end.ts';
import { errorOf } from './failure.ts';
import { recordDone, recordFailed, whyNotGone } from './record.ts';
import type { Step } from './step.ts';

/** Starts nothing more, cancels what is at work, and ends once that has ended. What was completed counts. */
export async function cancelStage(step: Step): Promise<void> {
  let isEnding = false;
  for (const task of step.tasks) {
    if (isEnded(task)) continue;
    if (await cancelJobs(step, task)) isEnding = true;
    else await endTask(step, task);
  }
  if (!isEnding) await endPipeline(step);
}

async function endTask(step: Step, task: TaskRow): Promise<void> {
  const job = task.job_id === null ? undefined : step.jobs.get(task.job_id);
  const left = await whyNotGone(step, task);
  if (job?.status === 'completed' && left === undefined) {
    await recordDone(step, task, job);
    return step.setTask(task, { status: 'succeeded' }, 'ended before the cancel');
  }
  if (task.action !== 'check' && job?.gate_passed_at) await recordFailed(step, task);
  if (job?.status === 'failed') return step.setTask(task, { status: 'failed' }, errorOf(job));
  const reason = job?.status === 'completed' ? left : undefined;
  await step.setTask(task, { status: 'cancelled' }, reason ?? 'the pipeline was cancelled');
}
