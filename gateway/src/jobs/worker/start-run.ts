import { createHash } from 'node:crypto';
import type { JobErrorReason } from '@deployment-engine/contracts';
import type { RunRequestInput } from '@deployment-engine/runner-api';
import { readPlanFile } from '../../projects/plans/store.ts';
import { readRevisionFiles } from '../../projects/revisions/store.ts';
import { type RetryDelays, retryDelays } from '../../retry-delays.ts';
import { RunnerError } from '../../runner-error.ts';
import { operatorEndpoints } from '../../runners/operator-endpoints.ts';
import { noteGone, noteStopping } from '../../runners/registry.ts';
import { orphanTagOf } from '../recovery/search/tag-query.ts';
import { isCancelRequested } from './forward-cancel.ts';
import type { JobWork } from './job-work.ts';
import { noteWaiting } from './note-waiting.ts';
import { runnerTimeout } from './runner-timeout.ts';

/** Returns the part of the request that all runs of a job share. */
export async function commonRequest(work: JobWork) {
  const { context, job, secrets } = work;
  return {
    jobId: job.id,
    projectId: job.project_id,
    ...(await secrets.code()),
    environment: {
      ...(await secrets.environment()),
      ...tagEnvironment(context.config.orphanTag, job.project_id),
    },
    egressAllow: operatorEndpoints(context.config.cloudEnvironment),
    terraformLog: job.terraform_log,
    stepTimeoutSeconds: context.config.stepTimeoutSeconds,
    runTimeoutSeconds: remainingSeconds(work),
  };
}

/** Makes the AWS provider add a tag to everything it creates. Source: its documentation of `default_tags`. */
function tagEnvironment(isOn: boolean, projectId: string): Record<string, string> {
  const { key, value } = orphanTagOf(projectId);
  return isOn ? { [`TF_AWS_DEFAULT_TAGS_${key}`]: value } : {};
}

/** Returns a state file in the form of a run's request. */
export function uploadOf(raw: Buffer): { content: string; sha256: string } {
  return { content: raw.toString('base64'), sha256: createHash('sha256').update(raw).digest('hex') };
}

/** Returns what is left of the job's time limit, which restarts after an approval. */
function remainingSeconds(work: JobWork): number {
  return Math.max(1, Math.round((deadlineOf(work) - Date.now()) / 1000));
}

/** Returns the end of the job's time limit, in epoch milliseconds. */
function deadlineOf({ context, job }: JobWork): number {
  return (job.timed_from?.getTime() ?? Date.now()) + context.config.jobTimeoutSeconds * 1000;
}

/**
 * Starts a run unless it is already started, and uploads what the runner lacks: the revision's files, the saved plan.
 * While the runner does not answer or is full, it waits until the job is cancelled or its time limit is reached.
 */
export async function startJobRun(work: JobWork, runId: string, request: RunRequestInput): Promise<void> {
  const start: Start = {
    runId,
    body: request,
    uploads: 0,
    isCertain: work.isQueued,
    deadline: deadlineOf(work),
    timeout: runnerTimeout(work),
    delays: retryDelays({ firstMs: 200, maxMs: 2000, signal: work.signal }),
  };
  for (;;) {
    try {
      await work.runner.client.startRun(runId, start.body);
      return;
    } catch (error) {
      work.signal.throwIfAborted();
      if (!(error instanceof RunnerError)) throw error;
      if (await resolveRefusal(work, start, error)) return;
    }
  }
}

type Start = {
  runId: string;
  body: RunRequestInput;
  uploads: number;
  /** Whether the runner can't have started the run yet. */
  isCertain: boolean;
  deadline: number;
  timeout: ReturnType<typeof runnerTimeout>;
  delays: RetryDelays;
};

/** Removes the cause of a refusal, or waits. Returns true if the run is already started. */
async function resolveRefusal(work: JobWork, start: Start, error: RunnerError): Promise<boolean> {
  if (!error.unreachable) start.timeout.answered();
  switch (error.problem) {
    case 'run_conflict':
      if (await isKnown(work, start.runId)) return true; // started before, with an older state
      break;
    case 'revision_missing':
      await uploadRevision(work, start, error);
      return false;
    case 'plan_not_found':
      start.body = await withSavedPlan(work, start.body, error);
      return false;
    case 'plan_digest_mismatch':
      throw new PlanOutdatedError();
    case 'shutting_down':
      noteStopping(work.runner);
      throw new RunNotTakenError(error.message);
    case 'no_capacity':
      break;
    case undefined:
      start.isCertain &&= error.neverSent;
      if (start.isCertain) {
        noteGone(work.runner, error.message);
        throw new RunNotTakenError(error.message);
      }
      start.timeout.failed(error);
      break;
    default:
      throw new RunNotStartedError(error.problem, `starting the run: ${error.message}`);
  }
  await waitForRunner(work, start, error);
  return false;
}

/** Upper bound on uploads of the same files: the runner needs them at first and after it pruned its copies. */
const maxUploads = 3;

async function uploadRevision(work: JobWork, start: Start, missing: RunnerError): Promise<void> {
  const { revisionDigest } = start.body;
  if (start.uploads === maxUploads)
    throw new RunNotStartedError(
      'revision_unreadable',
      `uploading the code: the runner at ${work.runner.client.url} does not find revision ${revisionDigest} after ${maxUploads} uploads; check the disk of its RUNS_DIR, then deploy again`,
    );
  if (start.uploads > 0) await waitForRunner(work, start, missing);
  start.uploads += 1;
  const files = await readRevisionFiles(work.context.database.query, revisionDigest);
  await work.runner.client.uploadRevision(revisionDigest, files).catch((error) => {
    if (!(error instanceof RunnerError) || error.unreachable) return; // the next attempt handles it
    throw new RunNotStartedError('revision_unreadable', `uploading the code: ${error.message}`);
  });
}

async function withSavedPlan(
  work: JobWork,
  body: RunRequestInput,
  missing: RunnerError,
): Promise<RunRequestInput> {
  const { database, encryption } = work.context;
  const plan =
    body.kind === 'apply' && !body.savedPlan
      ? await readPlanFile(database.query, encryption, work.job.id)
      : undefined;
  if (!plan || body.kind !== 'apply')
    throw new RunNotStartedError('plan_not_found', `starting the run: ${missing.message}`);
  return { ...body, savedPlan: plan.toString('base64') };
}

/** Whether the runner has the run. Also false if it does not answer: the next attempt decides. */
async function isKnown(work: JobWork, runId: string): Promise<boolean> {
  try {
    await work.runner.client.getRun(runId);
    return true;
  } catch (error) {
    if (error instanceof RunnerError && (error.unreachable || error.problem === 'run_not_found'))
      return false;
    throw error;
  }
}

/** Records why the job waits, then waits. Throws if the job was cancelled or its time limit is reached. */
async function waitForRunner(work: JobWork, start: Start, error: RunnerError): Promise<void> {
  if (await isCancelRequested(work)) throw new CancelledWhileWaiting();
  // A runner that does not answer may have started the run, so only `runnerTimeout` ends that wait.
  if (!error.unreachable && Date.now() >= start.deadline)
    throw new RunNotStartedError(
      'timed_out',
      `starting the run: the job's time limit of ${work.context.config.jobTimeoutSeconds} s is reached: ${error.message}`,
    );
  await noteWaiting(work, error.message);
  await start.delays.wait();
}

/** Thrown when a run could not be started and a retry would not help. */
export class RunNotStartedError extends Error {
  readonly reason: JobErrorReason;

  constructor(reason: JobErrorReason, message: string) {
    super(message);
    this.name = 'RunNotStartedError';
    this.reason = reason;
  }
}

/** Thrown when the runner is stopping or gone: it has certainly not started the run. */
export class RunNotTakenError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RunNotTakenError';
  }
}

/** Thrown when the runner's digest of plan, code, variables and state differs from the one stored with the plan. */
export class PlanOutdatedError extends Error {
  constructor() {
    super(
      'applying the plan: its inputs, for example a secret variable, have changed since it was made; deploy again for a new plan',
    );
    this.name = 'PlanOutdatedError';
  }
}

/** Thrown when the job was cancelled before its run could start. */
export class CancelledWhileWaiting extends Error {
  constructor() {
    super('the job was cancelled while it waited for a runner');
    this.name = 'CancelledWhileWaiting';
  }
}
