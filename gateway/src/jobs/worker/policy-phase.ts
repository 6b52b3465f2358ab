import { findReports, mergeParts, saveReport, summariseReport } from '../../policy/reports.ts';
import { patchJob } from '../transition.ts';
import type { JobWork, PhaseResult } from './job-work.ts';
import { judgePlan } from './judge-plan.ts';

/** Reports policy findings on a plan that is not applied. It never blocks the job. */
export async function policyPhase(work: JobWork): Promise<PhaseResult> {
  const { context, job, lease } = work;
  const plan = await judgePlan(work);
  const { code } = await findReports(context.database.query, job.id);
  const summary = summariseReport(mergeParts({ code, plan, afterApply: null }));
  await context.database.query.transaction().execute(async (trx) => {
    await saveReport(trx, job.id, 'plan', plan);
    await patchJob(trx, lease, { policy_summary: JSON.stringify(summary) });
  });
  return { kind: 'done' };
}
