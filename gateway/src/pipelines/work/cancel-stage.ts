import { isEnded } from '../rows.ts';
import { cancelJobs, endPipeline } from './end.ts';
import { recordDone, recordFailed } from './record.ts';
import type { Step } from './step.ts';

/** Starts nothing more, cancels what is at work, and ends once that has ended. What was completed counts. */
export async function cancelStage(step: Step): Promise<void> {
  let isEnding = false;
  for (const task of step.tasks) {
    if (isEnded(task)) continue;
    if (await cancelJobs(step, task)) {
      isEnding = true;
      continue;
    }
    const job = task.job_id === null ? undefined : step.jobs.get(task.job_id);
    if (job?.status === 'completed') {
      await recordDone(step, task, job);
      await step.setTask(task, { status: 'succeeded' }, 'ended before the cancel');
      continue;
    }
    if (task.action === 'deploy' && job?.gate_passed_at) await recordFailed(step, task);
    await step.setTask(task, { status: 'cancelled' }, 'the pipeline was cancelled');
  }
  if (!isEnding) await endPipeline(step);
}
