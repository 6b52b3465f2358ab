import type { JobEventBody } from '@deployment-engine/contracts';
import { appendEvents } from '../job-events/store.ts';
import { lockJob, patchJob, transition } from '../jobs/transition.ts';
import { findPlan } from '../plans/store.ts';
import { judgePlan } from '../project-costs/budget-gate.ts';
import type { JobWork, PhaseResult } from './job-work.ts';

type GateRuling = Omit<Extract<JobEventBody, { type: 'gate' }>, 'type'>;

/** Decides between plan and apply. Approval is bound to the digest of the stored plan. */
export async function gatePhase(work: JobWork): Promise<PhaseResult> {
  const { context, job, lease } = work;
  const plan = await findPlan(context.database.query, job.id);
  if (!plan) throw new Error(`gating job ${job.id}: its plan is missing`);
  const approved = job.approved_digest === plan.digest;
  const budget = await judgePlan(context, job);
  if (budget && !(approved && budget.verdict === 'approval_required'))
    await recordGate(work, { gate: 'budget', verdict: budget.verdict, message: budget.message });
  if (budget?.verdict === 'blocked')
    return { kind: 'refused', step: 'gate', reason: budget.reason, message: budget.message };
  if (approved || (job.auto_approve && budget?.verdict !== 'approval_required')) return { kind: 'done' };
  const message = `The plan ${plan.digest.slice(0, 12)} waits for approval.`;
  await context.database.query.transaction().execute(async (trx) => {
    const row = await lockJob(trx, job.id, lease);
    await appendEvents(trx, row, [
      { body: { type: 'gate', gate: 'approval', verdict: 'approval_required', message }, at: new Date() },
    ]);
    await patchJob(trx, lease, { step: 'gate' });
    await transition(trx, { jobId: job.id, lease }, 'awaitApproval', message);
  });
  return { kind: 'parked' };
}

async function recordGate({ context, job, lease }: JobWork, ruling: GateRuling): Promise<void> {
  await context.database.query.transaction().execute(async (trx) => {
    const row = await lockJob(trx, job.id, lease);
    await appendEvents(trx, row, [{ body: { type: 'gate', ...ruling }, at: new Date() }]);
  });
}
