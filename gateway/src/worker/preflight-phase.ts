import { type PolicyReport, revisionDigest } from '@deployment-engine/contracts';
import { lockJob, patchJob } from '../jobs/transition.ts';
import { mergeReports } from '../policy/report-builder.ts';
import type { PolicySettings } from '../policy/settings.ts';
import { findingDiagnostic, findingsText } from '../policy-settings/finding-text.ts';
import { saveReport, summariseReport } from '../policy-settings/reports.ts';
import { settingsInForce } from '../policy-settings/settings-in-force.ts';
import { checkState } from '../preflight/check-state.ts';
import { preflightInThread } from '../preflight/preflight-in-thread.ts';
import { redactReport } from '../redaction/redact-report.ts';
import { findRevision, readRevisionFiles } from '../revisions/store.ts';
import { readNewestState } from '../states/store.ts';
import { recordDenial } from './denial.ts';
import type { JobWork, PhaseResult } from './job-work.ts';

/** Judges code and state before Terraform sees either. Every job is judged anew, by what is in force now. */
export async function preflightPhase(work: JobWork): Promise<PhaseResult> {
  const { context, job, lease } = work;
  if (job.gate_passed_at) return { kind: 'done' };
  const settings = await settingsInForce(context, job.project_id);
  const found = mergeReports(await judgeCode(work, settings), await judgeState(work, settings));
  const report = redactReport(found, await work.secrets.redactor());
  const blocking = report.findings.filter(({ mode }) => mode === 'block');
  const denied = report.verdict === 'block';
  await context.database.query.transaction().execute(async (trx) => {
    await lockJob(trx, job.id, lease);
    await saveReport(trx, job.id, 'code', report);
    await patchJob(trx, lease, { policy_summary: JSON.stringify(summariseReport(report)) });
    if (denied) await recordDenial(context, trx, job, { step: 'prepare', findings: blocking });
  });
  if (!denied) return { kind: 'done' };
  return {
    kind: 'refused',
    step: 'prepare',
    reason: 'policy_denied',
    message: `judging the code before Terraform sees it: ${findingsText(blocking, `GET /api/deploy/jobs/${job.id}/policy`)}`,
    diagnostics: blocking.map((finding) => findingDiagnostic(finding)),
  };
}

/** The files that the runner takes by the same digest, and refuses where they have another. */
async function judgeCode({ context, job }: JobWork, settings: PolicySettings): Promise<PolicyReport> {
  const { query } = context.database;
  const revision = await findRevision(query, job.project_id, job.revision ?? 0);
  if (!revision) throw new Error(`judging the code of job ${job.id}: revision ${job.revision} is missing`);
  const files = await readRevisionFiles(query, revision.digest);
  if (revisionDigest(files) !== revision.digest)
    throw new Error(`judging the code of job ${job.id}: its files do not have the digest ${revision.digest}`);
  return preflightInThread(files, settings);
}

async function judgeState({ context, job }: JobWork, settings: PolicySettings): Promise<PolicyReport> {
  const newest = await readNewestState(context.database.query, context.encryption, job.project_id);
  return newest ? checkState(newest.state, settings) : mergeReports();
}
