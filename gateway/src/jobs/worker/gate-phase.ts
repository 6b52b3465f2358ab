import type { JobEventBody, PolicyReport } from '@deployment-engine/contracts';
import { findingDiagnostic } from '@deployment-engine/policy';
import { budgetDecision } from '../../costs/budget-gate.ts';
import { findReports, mergeParts, saveReport, summariseReport } from '../../policy/reports.ts';
import { findPlan } from '../../projects/plans/store.ts';
import { noteFound } from '../note-outbox.ts';
import { unresolvedOrphans } from '../recovery/orphan-store.ts';
import { patchJob, transition } from '../transition.ts';
import { recordDenial } from './denial.ts';
import { type GateDecision, policyDecisions } from './gate-decision.ts';
import type { JobWork, PhaseResult } from './job-work.ts';
import { judgePlan } from './judge-plan.ts';

/**
 * Decides whether the plan may be applied. An approval is bound to the digest of the stored plan and never overrides a
 * blocking decision. A passed gate is final: from then on an apply may be in progress.
 */
export async function gatePhase(work: JobWork): Promise<PhaseResult> {
  const { context, job } = work;
  if (job.gate_passed_at) return { kind: 'done' };
  const { query } = context.database;
  const plan = await findPlan(query, job.id);
  if (!plan) throw new Error(`gating job ${job.id}: its plan is missing`);
  const report = await judgePlan(work);
  const { code } = await findReports(query, job.id);
  const decisions = [
    ...policyDecisions(job, code, report),
    ...(await budgetDecisions(work)),
    ...(await orphanDecisions(work)),
  ];
  const approved = job.approved_digest === plan.digest;
  const news = decisions.filter(({ verdict }) => !(approved && verdict === 'approval_required'));
  const blocking = decisions.find(({ verdict }) => verdict === 'blocked');
  const asks =
    !approved &&
    (!job.auto_approve || decisions.some((decision) => decision.verdict === 'approval_required'));
  await record(work, { code, plan: report }, { decisions: news, blocking, passed: !blocking && !asks });
  if (blocking) return refusal(blocking);
  return asks ? park(work, plan.digest, decisions) : { kind: 'done' };
}

/** Requires approval if there are orphans: they may conflict with the deploy or be created a second time. */
async function orphanDecisions({ context, job }: JobWork): Promise<GateDecision[]> {
  if (job.type === 'destroy') return [];
  const orphans = await unresolvedOrphans(context.database.query, job.project_id);
  if (orphans.length === 0) return [];
  const places = orphans.slice(0, 5).map(({ address, type }) => address ?? type);
  const more = orphans.length > places.length ? ` and ${orphans.length - places.length} more` : '';
  const where = `GET /api/deploy/orphans/${job.project_id}`;
  return [
    {
      gate: 'orphans',
      verdict: 'approval_required',
      reason: 'unaccounted_objects',
      findings: [],
      message: `orphans: ${orphans.length} object${orphans.length === 1 ? '' : 's'} of an earlier apply may exist without an entry in the state: ${places.join(', ')}${more}; see ${where}`,
    },
  ];
}

async function budgetDecisions({ context, job }: JobWork): Promise<GateDecision[]> {
  const decision = await budgetDecision(context, job);
  return decision ? [{ gate: 'budget', findings: [], ...decision }] : [];
}

/** Stores the findings, the decisions and whether the gate is passed. */
async function record(
  work: JobWork,
  reports: { code: PolicyReport | null; plan: PolicyReport },
  {
    decisions,
    blocking,
    passed,
  }: { decisions: GateDecision[]; blocking: GateDecision | undefined; passed: boolean },
): Promise<void> {
  const { context, job, lease } = work;
  const summary = summariseReport(mergeParts({ ...reports, afterApply: null }));
  work.job = await context.database.query.transaction().execute(async (trx) => {
    await saveReport(trx, job.id, 'plan', reports.plan);
    const row = await patchJob(
      trx,
      lease,
      { policy_summary: JSON.stringify(summary), gate_passed_at: passed ? new Date() : null },
      decisions.map(({ gate, verdict, message }) => ({
        body: { type: 'gate', gate, verdict, message },
        at: new Date(),
      })),
    );
    const budget = decisions.find(({ gate, verdict }) => gate === 'budget' && verdict !== 'passed');
    if (budget?.reason === 'budget_exceeded')
      await noteFound(trx, job, 'budget.exceeded', { detail: budget.message, once: true });
    if (blocking?.reason === 'policy_denied')
      await recordDenial(context, trx, job, { step: 'gate', findings: blocking.findings });
    return row;
  });
}

function refusal({ reason, message, findings }: GateDecision): PhaseResult {
  const diagnostics = findings.map((finding) => findingDiagnostic(finding));
  return { kind: 'refused', step: 'gate', reason, message, diagnostics };
}

async function park(
  { context, job, lease }: JobWork,
  digest: string,
  decisions: GateDecision[],
): Promise<PhaseResult> {
  const message = `The plan ${digest.slice(0, 12)} waits for approval.`;
  const causes = [
    ...(job.auto_approve ? [] : ['the job was requested with autoApprove false']),
    ...decisions.filter(({ verdict }) => verdict === 'approval_required').map(({ message }) => message),
  ];
  const isOrphans = decisions.some(({ gate }) => gate === 'orphans');
  const waiting_reason = isOrphans
    ? 'unaccounted_objects'
    : `waits for POST /api/deploy/jobs/${job.id}/approve: ${causes.join(' | ')}`;
  await context.database.query.transaction().execute(async (trx) => {
    const body: JobEventBody = { type: 'gate', gate: 'approval', verdict: 'approval_required', message };
    const locked = await patchJob(trx, lease, { step: 'gate' }, [{ body, at: new Date() }]);
    await transition(trx, { jobId: job.id, locked }, 'awaitApproval', message, { waiting_reason });
  });
  return { kind: 'parked' };
}
