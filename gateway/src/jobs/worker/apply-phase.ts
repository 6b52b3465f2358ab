import { madeFrom } from '../../projects/plans/made-from.ts';
import { isSealIntact } from '../../projects/plans/seal.ts';
import { findPlan } from '../../projects/plans/store.ts';
import { readNewestState } from '../../projects/states/store.ts';
import { runIdOf } from '../../runners/run-id.ts';
import { stateForRun } from '../recovery/orphan-deletion.ts';
import { followJobRun } from './follow-run.ts';
import type { JobWork, PhaseResult } from './job-work.ts';
import { commonRequest, startJobRun, uploadOf } from './start-run.ts';

/** Applies exactly the stored plan; refuses it if the state has changed since it was made. */
export async function applyPhase(work: JobWork): Promise<PhaseResult> {
  const { context, job } = work;
  const { query } = context.database;
  const runId = runIdOf(job, 'apply');
  const plan = await findPlan(query, job.id);
  if (!plan) throw new Error(`applying job ${job.id}: its plan is missing`);
  const newest = await readNewestState(query, context.encryption, job.project_id);
  if (newest) work.secrets.learnState(newest.state);
  if (newest?.version.jobId !== job.id && !madeFrom(plan, newest?.version))
    return {
      kind: 'refused',
      step: 'apply',
      reason: 'plan_stale',
      message:
        'applying the plan: the state has changed since the plan was made; deploy again for a new plan',
    };
  if (!(await isSealIntact(query, context.encryption, plan)))
    return {
      kind: 'refused',
      step: 'apply',
      reason: 'plan_seal_broken',
      message:
        'applying the plan: it does not match its seal, so plan, code, variables or state were changed in the database; deploy again for a new plan',
    };
  const start = await stateForRun(context, query, job);
  await query
    .updateTable('projects')
    .set({ revision: job.revision })
    .where('id', '=', job.project_id)
    .execute();
  await startJobRun(work, runId, {
    ...(await commonRequest(work)),
    kind: 'apply',
    mode: job.type === 'destroy' ? 'destroy' : 'normal',
    planDigest: plan.digest,
    state: start ? uploadOf(start.raw) : null,
  });
  const outcome = await followJobRun(work, runId);
  return outcome.kind === 'succeeded' ? { kind: 'done' } : { kind: 'run_ended', outcome };
}
