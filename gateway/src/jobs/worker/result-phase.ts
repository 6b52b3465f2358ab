import { evaluateResult, findingsText } from '@deployment-engine/policy';
import { findReports, mergeParts, saveReport, summariseReport } from '../../policy/reports.ts';
import { settingsInForce } from '../../policy/settings-in-force.ts';
import { readPlanJson } from '../../projects/plans/store.ts';
import { redactReport } from '../../projects/redaction/redact-report.ts';
import { readNewestState } from '../../projects/states/store.ts';
import { LeaseLostError } from '../lease-lost-error.ts';
import { patchJob } from '../transition.ts';
import type { JobWork, PhaseResult } from './job-work.ts';

/** Checks, after apply, values that the plan did not know. It only warns; it never fails the job. */
export async function resultPhase(work: JobWork): Promise<PhaseResult> {
  try {
    await judgeResult(work);
  } catch (error) {
    work.signal.throwIfAborted();
    if (error instanceof LeaseLostError) throw error;
    work.logger.error('judging the state after apply', { error });
  }
  return { kind: 'done' };
}

async function judgeResult(work: JobWork): Promise<void> {
  const { context, job, lease } = work;
  const { query } = context.database;
  const newest = await readNewestState(query, context.encryption, job.project_id);
  const reports = await findReports(query, job.id);
  if (!newest || !reports.plan) return;
  const plan = await readPlanJson(query, context.encryption, job.id);
  const settings = await settingsInForce(context, job.project_id);
  const found = evaluateResult(plan, newest.state, settings, reports.plan);
  const afterApply = redactReport(found, await work.secrets.redactor());
  if (afterApply.findings.length === 0) return;
  const message = `after apply: ${findingsText(afterApply.findings, `GET /api/deploy/jobs/${job.id}/policy`)}`;
  const summary = summariseReport(mergeParts({ ...reports, afterApply }));
  await query.transaction().execute(async (trx) => {
    await saveReport(trx, job.id, 'afterApply', afterApply);
    await patchJob(trx, lease, { policy_summary: JSON.stringify(summary) }, [
      { body: { type: 'gate', gate: 'policy', verdict: 'warned', message }, at: new Date() },
    ]);
  });
}
