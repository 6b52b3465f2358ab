import { setTimeout as delay } from 'node:timers/promises';
import type { RunRequestInput } from '@deployment-engine/contracts';
import { readPlanFile } from '../plans/store.ts';
import { readRevisionFiles } from '../revisions/store.ts';
import { RunnerError } from '../runners/client.ts';
import { operatorEndpoints } from '../runners/operator-endpoints.ts';
import type { JobWork } from './job-work.ts';
import { noteWaiting } from './note-waiting.ts';
import { runnerPatience } from './runner-patience.ts';
import { isCancelRequested } from './watch-cancel.ts';

const retryMs = 200;

/** What every run of a job is asked with. */
export async function commonRequest(work: JobWork) {
  const { context, job, secrets } = work;
  return {
    jobId: job.id,
    projectId: job.project_id,
    ...(await secrets.code()),
    environment: await secrets.environment(),
    egressAllow: operatorEndpoints(context.config.cloudEnvironment),
    stepTimeoutSeconds: context.config.stepTimeoutSeconds,
    runTimeoutSeconds: remainingSeconds(work),
  };
}

/** What is left of the job's time, which runs from its first start. */
function remainingSeconds({ context, job }: JobWork): number {
  const elapsed = (Date.now() - (job.started_at?.getTime() ?? Date.now())) / 1000;
  return Math.max(1, Math.round(context.config.jobTimeoutSeconds - elapsed));
}

/**
 * Starts a run, or finds it started, and gives the runner what it lacks: the revision's files, the saved plan.
 * Waits while the runner is away or full.
 */
export async function startRun(work: JobWork, runId: string, request: RunRequestInput): Promise<void> {
  const patience = runnerPatience(work);
  let body = request;
  for (;;) {
    try {
      await work.runner.client.startRun(runId, body);
      return;
    } catch (error) {
      work.signal.throwIfAborted();
      if (!(error instanceof RunnerError)) throw error;
      if (error.problem === 'run_conflict') {
        if (await isKnown(work, runId)) return; // started before, with the state of that time
        await waitForRunner(work, error);
      } else if (error.problem === 'revision_missing') {
        const files = await readRevisionFiles(work.context.database.query, request.revisionDigest);
        await work.runner.client.uploadRevision(request.revisionDigest, files);
      } else if (error.problem === 'plan_not_found' && body.kind === 'apply' && !body.savedPlan) {
        const plan = await readPlanFile(work.context.database.query, work.context.encryption, work.job.id);
        if (!plan) throw error;
        body = { ...body, savedPlan: plan.toString('base64') };
      } else if (error.problem === 'plan_digest_mismatch') throw new PlanOutdatedError();
      else if (error.unreachable || error.problem === 'no_capacity' || error.problem === 'shutting_down') {
        if (error.unreachable) patience.failed(error);
        else patience.answered();
        await waitForRunner(work, error);
      } else throw error;
    }
  }
}

async function isKnown(work: JobWork, runId: string): Promise<boolean> {
  try {
    await work.runner.client.getRun(runId);
    return true;
  } catch (error) {
    if (error instanceof RunnerError && error.problem === 'run_not_found') return false;
    throw error;
  }
}

/** Says why the job waits, and ends the wait where its user has cancelled it meanwhile. */
async function waitForRunner(work: JobWork, error: RunnerError): Promise<void> {
  if (await isCancelRequested(work)) throw new CancelledWhileWaiting();
  await noteWaiting(work, error.message);
  await delay(retryMs, undefined, { signal: work.signal });
}

/** The runner made another digest of plan, code, variables and state than the plan was stored with. */
export class PlanOutdatedError extends Error {
  constructor() {
    super(
      'applying the plan: what it was made from, such as a secret variable, has changed since; deploy again for a new plan',
    );
    this.name = 'PlanOutdatedError';
  }
}

/** The job was cancelled before its run could start. */
export class CancelledWhileWaiting extends Error {
  constructor() {
    super('the job was cancelled while it waited for a runner');
    this.name = 'CancelledWhileWaiting';
  }
}
