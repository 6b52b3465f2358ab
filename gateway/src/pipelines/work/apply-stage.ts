import { DomainError } from '@deployment-engine/service';
import { approvePlan } from '../../jobs/approve.ts';
import { holdingPipeline } from '../../jobs/stack-owned.ts';
import { readPlanJson } from '../../projects/plans/store.ts';
import { driftedResources } from '../../projects/plans/terraform-plan.ts';
import type { JobRow } from '../../server/database/job-row.ts';
import { sealJson, taskPlace } from '../contents.ts';
import { isDone, isEnded, type TaskRow } from '../rows.ts';
import { endPipeline } from './end.ts';
import { errorOf } from './failure.ts';
import { inputsDigest, inputsOf } from './inputs.ts';
import { waitingDigest } from './plan-digest.ts';
import { losesData, reasonsToAsk } from './reasons-to-ask.ts';
import { recordDone, recordFailed, whyNotGone } from './record.ts';
import type { Step } from './step.ts';
import { isUpToDate, queueCodeJob, queueFollowUp, whoNeeds, whyTaken } from './task-jobs.ts';

/** How long after it was found held a component is looked at again, in milliseconds. */
const heldAgainMs = 30_000;

/** Follows the jobs at work, and starts what may start now. */
export async function applyStage(step: Step): Promise<void> {
  for (const task of step.tasks)
    if (task.status === 'applying' || task.status === 'awaiting_approval') await followJob(step, task);
  for (const task of step.tasks) if (isWaiting(task)) await startTask(step, task);
  await noteApprovals(step);
  if (step.tasks.every(isEnded)) await endPipeline(step);
}

function isWaiting({ status }: TaskRow): boolean {
  return status === 'pending' || status === 'planned';
}

async function followJob(step: Step, task: TaskRow): Promise<void> {
  const job = task.job_id === null ? undefined : step.jobs.get(task.job_id);
  if (!job) return fail(step, task, 'its job is gone');
  if (job.status === 'completed') return succeed(step, task, job);
  if (job.status === 'failed' || job.status === 'cancelled') return fail(step, task, errorOf(job));
  if (job.status !== 'awaiting_approval') {
    if (task.status === 'awaiting_approval') await step.setTask(task, { status: 'applying' });
    return;
  }
  if (task.status === 'awaiting_approval') return;
  const reasons = await reasonsToAsk(step, task, job);
  if (reasons.length === 0) return approve(step, task, job, 'is what was approved');
  const redactor = await step.redactorOf(job);
  const reason = redactor.redactText(reasons.slice(0, 5).join('; '));
  await step.setTask(task, { status: 'awaiting_approval' }, reason);
}

async function succeed(step: Step, task: TaskRow, job: JobRow): Promise<void> {
  const left = await whyNotGone(step, task);
  if (left !== undefined) return fail(step, task, left);
  await recordDone(step, task, job);
  if (task.action === 'check') return noteDrift(step, task, job);
  await step.setTask(task, { status: 'succeeded' }, task.action === 'deploy' ? 'deployed' : 'destroyed');
}

/** The plan of a check changes nothing; what differs is a part of its own. */
async function noteDrift(step: Step, task: TaskRow, job: JobRow): Promise<void> {
  const { encryption } = step.context;
  const drifted = driftedResources(await readPlanJson(step.trx, encryption, job.id)).length;
  const place = taskPlace(task.pipeline_id, task.component);
  const content = sealJson(encryption, { ...step.content(task), drifted }, place);
  await step.setTask(task, { status: 'succeeded', content }, `checked: ${drifted} in drift`);
}

async function fail(step: Step, task: TaskRow, reason: string): Promise<void> {
  if (task.action !== 'check') await recordFailed(step, task);
  await step.setTask(task, { status: 'failed' }, reason);
}

async function approve(step: Step, task: TaskRow, job: JobRow, why: string): Promise<void> {
  try {
    await approvePlan(step.trx, step.context, job, job.plan_digest ?? '', why);
    step.jobs.set(job.id, { ...job, status: 'pending' });
    await step.setTask(task, { status: 'applying' });
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    await fail(step, task, error.message);
  }
}

async function startTask(step: Step, task: TaskRow): Promise<void> {
  const { settings, tasks } = step;
  if (task.not_before && task.not_before.getTime() > Date.now()) return;
  const holder = task.not_before ? await holdingPipeline(step.trx, task.project_id) : undefined;
  if (holder) return putOff(step, task, holder);
  const broken = step.needs(task).find((need) => isEnded(need) && !isDone(need));
  if (broken)
    return step.setTask(task, { status: 'skipped' }, `needs ${broken.component}, which is ${broken.status}`);
  const hasFailed = tasks.some(({ status }) => status === 'failed' || status === 'cancelled');
  if (hasFailed && settings.onError !== 'continue') {
    await step.setTask(task, { status: 'skipped' }, 'an earlier component has failed');
    return;
  }
  if (!mayStart(step, task) && !mayBePlanned(step, task)) return;
  if (tasks.filter(({ status }) => status === 'applying').length >= settings.parallelism) return;
  await start(step, task);
}

/** A check by schedule has time: what it found while a component is being changed would not be drift. */
async function putOff(step: Step, task: TaskRow, holder: string): Promise<void> {
  const reason = `left out for now: pipeline ${holder} holds it; it is checked after that`;
  const not_before = new Date(Date.now() + heldAgainMs);
  await step.setTask(task, { not_before }, task.reason === reason ? undefined : reason);
}

/** In the schedule `waves` all earlier waves must have ended; in `ready` only what the component needs. */
function mayStart(step: Step, task: TaskRow): boolean {
  const before =
    step.settings.schedule === 'waves' ? step.tasks.filter(({ wave }) => wave < task.wave) : step.needs(task);
  return before.every(isEnded);
}

/**
 * Destroys that must be approved are planned together once everything is deployed, so that one approval is for all; each is
 * applied when it is its turn.
 */
function mayBePlanned(step: Step, task: TaskRow): boolean {
  if (task.action !== 'destroy' || task.job_id !== null || mayDestroy(step)) return false;
  return step.tasks.every((other) => other.action === 'destroy' || isEnded(other));
}

/** Neither a rollback nor anything else brings data back, so somebody has to look. */
function mayDeploy(step: Step, task: TaskRow): boolean {
  return step.settings.autoApprove && !losesData(step, task);
}

function mayDestroy({ settings, pipeline }: Step): boolean {
  return settings.autoApprove && (pipeline.type === 'destroy' || settings.prune);
}

async function start(step: Step, task: TaskRow): Promise<void> {
  const planned = task.job_id === null ? undefined : step.jobs.get(task.job_id);
  const changed = await whyChanged(step, task);
  if (changed !== undefined) return step.setTask(task, { status: 'failed' }, changed);
  if (planned?.status === 'awaiting_approval')
    return approve(step, task, planned, 'was approved with the pipeline');
  if (planned) return fail(step, task, errorOf(planned));
  if (task.action === 'deploy') return startDeploy(step, task);
  const isDestroy = task.action === 'destroy';
  if (!isDestroy && !isDeployed(step, task))
    return step.setTask(task, { status: 'unchanged' }, 'it is not deployed any more');
  const job = await queueFollowUp(step, task, isDestroy ? 'destroy' : 'drift', mayDestroy(step));
  if (!job) return step.setTask(task, { status: 'unchanged' }, 'it has deployed nothing');
  await step.setTask(task, { status: 'applying', job_id: job.id, started_at: new Date() });
}

/**
 * Says what a pipeline of another service has changed since this one was requested, so that the task would break something:
 * what it needs is gone, or what it destroys is needed.
 */
async function whyChanged(step: Step, task: TaskRow): Promise<string | undefined> {
  if (task.action === 'destroy') {
    const user = whoNeeds(step, task);
    return user && `${user} needs it since; destroy that first, or start a new pipeline`;
  }
  if (task.action !== 'deploy' || task.job_id === null) return undefined;
  const { pending } = await inputsOf(step, task, false);
  return pending.length === 0 ? undefined : missingInputs(pending);
}

/** A component may have moved: its project counts. */
function isDeployed({ deployed }: Step, { project_id }: TaskRow): boolean {
  return [...deployed.values()].some((row) => row.project_id === project_id);
}

async function startDeploy(step: Step, task: TaskRow): Promise<void> {
  const taken = whyTaken(step, task);
  if (taken !== undefined) return step.setTask(task, { status: 'failed' }, taken);
  const inputs = await inputsOf(step, task, false);
  if (inputs.pending.length > 0) return fail(step, task, missingInputs(inputs.pending));
  if (await isUpToDate(step, task, inputs))
    return step.setTask(task, { status: 'unchanged' }, 'code and inputs are those of its last deploy');
  const job = await queueCodeJob(step, task, 'deploy', inputs, mayDeploy(step, task));
  await step.setTask(task, {
    status: 'applying',
    job_id: job.id,
    inputs_digest: inputsDigest(inputs),
    started_at: task.started_at ?? new Date(),
  });
}

function missingInputs(pending: string[]): string {
  return `its inputs are not there: ${pending.slice(0, 5).join(', ')}`;
}

/** Says which plans wait for an approval in the middle of the pipeline, with their digest. */
async function noteApprovals(step: Step): Promise<void> {
  const { pipeline, tasks } = step;
  const waiting = tasks.filter(({ status }) => status === 'awaiting_approval');
  const isMoving = tasks.some(({ status }) => status === 'applying');
  if (waiting.length === 0) {
    if (pipeline.status === 'awaiting_approval')
      await step.setStatus('applying', 'The pipeline goes on.', { waiting_reason: null });
    return;
  }
  const digest = waitingDigest(step);
  const names = waiting.map(({ component }) => component).join(', ');
  const waiting_reason = `${names}: ${waiting[0]?.reason ?? ''}; see POST /api/stacks/pipelines/${pipeline.id}/approve`;
  if (pipeline.plan_digest !== digest || pipeline.waiting_reason !== waiting_reason)
    await step.setPipeline({ plan_digest: digest, waiting_reason });
  if (!isMoving && pipeline.status !== 'awaiting_approval')
    await step.setStatus('awaiting_approval', `Plans of ${names} wait for an approval.`);
}
