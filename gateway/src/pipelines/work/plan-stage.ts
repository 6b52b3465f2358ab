import { planSummarySchema } from '@deployment-engine/contracts';
import type { JobRow } from '../../server/database/job-row.ts';
import { pipelineContent } from '../contents.ts';
import { lastCosts, sumOfCosts } from '../costs.ts';
import { isDone, isEnded, type TaskRow } from '../rows.ts';
import { endPipeline } from './end.ts';
import { errorOf } from './failure.ts';
import { inputsDigest, inputsOf } from './inputs.ts';
import { pipelineDigest } from './plan-digest.ts';
import type { Step } from './step.ts';
import { isUpToDate, queueCodeJob, queueFollowUp, whyTaken } from './task-jobs.ts';

/**
 * Plans all components in the order of their dependencies, each as soon as what it needs is planned. What nothing
 * upstream changes gets the plan that will be applied; the others get a preview, with unknown inputs where no plan knows
 * them. Then it asks for one approval of them all.
 */
export async function planStage(step: Step): Promise<void> {
  for (const task of step.tasks) if (task.status === 'planning') await followPlan(step, task);
  for (const task of step.tasks) if (task.status === 'pending') await planTask(step, task);
  if (step.tasks.some(({ status }) => status === 'pending' || status === 'planning')) return;
  await endOfPlans(step);
}

async function followPlan(step: Step, task: TaskRow): Promise<void> {
  const job = step.jobOf(task);
  if (!job) return step.setTask(task, { status: 'failed' }, 'its job is gone');
  if (job.status === 'awaiting_approval' || job.status === 'completed')
    await step.setTask(task, { status: 'planned' }, describePlan(job, task));
  else if (job.status === 'failed' || job.status === 'cancelled')
    await step.setTask(task, { status: 'failed' }, errorOf(job));
}

async function planTask(step: Step, task: TaskRow): Promise<void> {
  const needs = step.needs(task);
  const broken = needs.find(({ status }) => ['failed', 'skipped', 'cancelled'].includes(status));
  if (broken)
    return step.setTask(task, { status: 'skipped' }, `needs ${broken.component}, which is ${broken.status}`);
  if (task.action === 'destroy') {
    if (isBusy(step)) return;
    return planDestroy(step, task);
  }
  if (needs.some(({ status }) => status === 'pending' || status === 'planning') || isBusy(step)) return;
  const taken = whyTaken(step, task);
  if (taken !== undefined) return step.setTask(task, { status: 'failed' }, taken);
  const inputs = await inputsOf(step, task, true);
  if (await isUpToDate(step, task, inputs))
    return step.setTask(task, { status: 'unchanged' }, 'code and inputs are those of its last deploy');
  const isFinal = step.pipeline.type !== 'plan' && needs.every(({ status }) => status === 'unchanged');
  const job = await queueCodeJob(step, task, isFinal ? 'deploy' : 'plan', inputs, false);
  await step.setTask(task, {
    status: 'planning',
    ...(isFinal ? { job_id: job.id } : { plan_job_id: job.id }),
    inputs_digest: inputsDigest(inputs),
    pending_inputs: JSON.stringify(inputs.pending),
    started_at: new Date(),
  });
}

async function planDestroy(step: Step, task: TaskRow): Promise<void> {
  if (step.pipeline.type === 'plan')
    return step.setTask(task, { status: 'planned' }, 'is no longer in the repository: it would be destroyed');
  const job = await queueFollowUp(step, task, 'destroy', false);
  if (!job) return step.setTask(task, { status: 'unchanged' }, 'it has deployed nothing');
  await step.setTask(task, { status: 'planning', job_id: job.id, started_at: new Date() });
}

function isBusy({ tasks, settings }: Step): boolean {
  return tasks.filter(({ status }) => status === 'planning').length >= settings.parallelism;
}

/** A preview creates one object of the engine's own for each unknown input; it is not counted. */
function describePlan({ id, plan_summary }: JobRow, { plan_job_id, pending_inputs }: TaskRow): string {
  const {
    create,
    update,
    replace,
    delete: deleted,
  } = planSummarySchema.parse(JSON.parse(plan_summary ?? '{}'));
  const pending: string[] = JSON.parse(pending_inputs);
  const own = id === plan_job_id ? pending.length : 0;
  const are = pending.length === 1 ? 'input is' : 'inputs are';
  const open = pending.length === 0 ? '' : `; ${pending.length} ${are} known after an apply`;
  return `${create - own} to create, ${update} to update, ${replace} to replace, ${deleted} to delete${open}`;
}

async function endOfPlans(step: Step): Promise<void> {
  const { pipeline, tasks, settings } = step;
  const failed = tasks.filter(({ status }) => status === 'failed');
  const stops = failed.length > 0 && settings.onError !== 'continue';
  if (stops || !tasks.some((task) => task.status === 'planned')) return endPipeline(step);
  if (tasks.some((task) => task.status === 'planned' && task.cost === null && step.jobOf(task))) return;
  const digest = pipelineDigest(step);
  if (pipeline.type === 'plan') {
    await step.setPipeline({ plan_digest: digest });
    return endPipeline(step);
  }
  const overspent = await overspending(step);
  if (settings.autoApprove && overspent === undefined) {
    const by = { plan_digest: digest, approved_digest: digest, approved_by: 'autoApprove' };
    return step.setStatus('applying', 'All plans are made.', by);
  }
  const count = tasks.filter((task) => !isEnded(task) && !isDone(task)).length;
  await step.setStatus(
    'awaiting_approval',
    `The plans of ${count} component${count === 1 ? '' : 's'} wait for one approval of ${digest.slice(0, 12)}.`,
    {
      plan_digest: digest,
      waiting_reason: `waits for POST /api/stacks/pipelines/${pipeline.id}/approve${overspent ? `: ${overspent}` : ''}`,
    },
  );
}

/** Says that all components would cost more than the stack's budget; `undefined` if they do not. */
async function overspending(step: Step): Promise<string | undefined> {
  const { maxMonthly } = pipelineContent(step.context.encryption, step.pipeline);
  if (maxMonthly === null) return undefined;
  const planned = step.tasks.filter(({ status }) => status === 'planned');
  const isPlanned = new Set(planned.map(({ project_id }) => project_id));
  const others = [...step.deployed.values()].filter(({ project_id }) => !isPlanned.has(project_id));
  const kept = await lastCosts(
    step.trx,
    others.map(({ project_id }) => project_id),
  );
  const after = sumOfCosts(planned).after + kept;
  return after > maxMonthly
    ? `all components would cost ${after.toFixed(2)} USD a month; spec.budget allows ${maxMonthly}`
    : undefined;
}
