import { WebIdentityError } from '../../projects/secrets/web-identity/assume-role.ts';
import { lockJob } from '../transition.ts';
import { applyPhase } from './apply-phase.ts';
import { isCancelRequested } from './forward-cancel.ts';
import { gatePhase } from './gate-phase.ts';
import type { JobWork, PhaseResult } from './job-work.ts';
import { onRunNotTaken, onRunnerLost, recordLostRun } from './lost-runner.ts';
import { planPhase } from './plan-phase.ts';
import { policyPhase } from './policy-phase.ts';
import { preflightPhase } from './preflight-phase.ts';
import { removeRuns } from './remove-runs.ts';
import { resultPhase } from './result-phase.ts';
import { settleJob } from './settle-job.ts';
import {
  CancelledWhileWaiting,
  PlanOutdatedError,
  RunNotStartedError,
  RunNotTakenError,
} from './start-run.ts';

/** Phases of each type of job, in order. After a crash a phase may run again; it skips what is already done. */
const phases = {
  deploy: [preflightPhase, planPhase, gatePhase, applyPhase, resultPhase],
  rollback: [preflightPhase, planPhase, gatePhase, applyPhase, resultPhase],
  destroy: [preflightPhase, planPhase, gatePhase, applyPhase],
  plan: [preflightPhase, planPhase, policyPhase],
  drift: [preflightPhase, planPhase],
} as const;

/** A job claimed more often than this fails: it seems to crash its workers or their runners each time. */
const maxClaims = 10;

/** Processes a claimed job until it ends or waits for approval. */
export async function processJob(work: JobWork): Promise<void> {
  if (work.lease.token > maxClaims) return giveUp(work);
  let result: PhaseResult = { kind: 'done' };
  for (const phase of phases[work.job.type]) {
    // A cancel request after the apply has no effect.
    if (phase !== resultPhase && (await isCancelRequested(work))) result = { kind: 'cancelled' };
    else result = await phase(work).catch((error) => interrupted(work, phase === applyPhase, error));
    if (result.kind !== 'done') break;
  }
  if (result.kind === 'parked') return;
  await settleJob(work, result);
  await removeRuns(work);
}

/** Fails a job that was claimed too often; its apply, if there was one, is recorded as a lost run. */
async function giveUp(work: JobWork): Promise<void> {
  const { context, job, lease } = work;
  const isApplying = job.gate_passed_at !== null;
  if (isApplying)
    await context.database.query.transaction().execute(async (trx) => {
      await lockJob(trx, job.id, lease);
      await recordLostRun(trx, work);
    });
  const message = `working on the job: it was started ${maxClaims} times without an end; the gateway's log says why under this job id`;
  const step = isApplying ? 'apply' : (job.step ?? 'prepare');
  await settleJob(work, { kind: 'refused', step, reason: 'restarted_too_often', message });
  await removeRuns(work);
}

/** Converts an error that interrupted a phase to its result; rethrows unexpected errors. */
async function interrupted(work: JobWork, applying: boolean, error: unknown): Promise<PhaseResult> {
  if (error instanceof CancelledWhileWaiting) return { kind: 'cancelled' };
  if (error instanceof RunNotStartedError) {
    const { reason, message } = error;
    return { kind: 'refused', step: applying ? 'apply' : 'prepare', reason, message, diagnostics: [] };
  }
  if (error instanceof PlanOutdatedError)
    return { kind: 'refused', step: 'apply', reason: 'plan_stale', message: error.message };
  if (error instanceof WebIdentityError)
    return {
      kind: 'refused',
      step: applying ? 'apply' : 'prepare',
      reason: 'credentials_refused',
      message: error.message,
    };
  if (error instanceof RunNotTakenError) return onRunNotTaken(work, error.message);
  return onRunnerLost(work, applying, error);
}
