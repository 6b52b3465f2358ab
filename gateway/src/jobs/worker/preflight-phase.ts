import type { PolicyReport } from '@deployment-engine/contracts';
import {
  checkState,
  findingDiagnostic,
  findingsText,
  invalidCode,
  invalidCodeMessage,
  mergeReports,
  type PolicySettings,
  preflightInThread,
  questionFor,
  sourceLinesOf,
} from '@deployment-engine/policy';
import { revisionDigest } from '@deployment-engine/runner-api';
import { saveReport, summariseReport } from '../../policy/reports.ts';
import { settingsInForce } from '../../policy/settings-in-force.ts';
import { redactReport } from '../../projects/redaction/redact-report.ts';
import { findRevision, type RevisionFiles, readRevisionFiles } from '../../projects/revisions/store.ts';
import { readNewestState } from '../../projects/states/store.ts';
import { lockJob, patchJob } from '../transition.ts';
import { askTerraform } from './ask-terraform.ts';
import { recordDenial } from './denial.ts';
import type { JobWork, PhaseResult } from './job-work.ts';

/** Checks code and state before Terraform reads them. Every job is checked, by the settings in force now. */
export async function preflightPhase(work: JobWork): Promise<PhaseResult> {
  const { context, job, lease } = work;
  if (job.gate_passed_at) return { kind: 'done' };
  const variables = async () => (await work.secrets.code()).variables;
  const settings = await settingsInForce(context, job.project_id, variables);
  const files = await readCode(work);
  const code = await preflightInThread(files, settings);
  const found = mergeReports(code, await judgeState(work, settings));
  const report = redactReport(found, await work.secrets.redactor());
  await context.database.query.transaction().execute(async (trx) => {
    await saveReport(trx, job.id, 'code', report);
    await patchJob(trx, lease, { policy_summary: JSON.stringify(summariseReport(report)) });
  });
  if (report.verdict !== 'block') return { kind: 'done' };
  return (await invalidity(work, code, files)) ?? denial(work, report, files);
}

/** Refuses the job if its code is not valid; `undefined` if it is, or if Terraform gives no answer. */
async function invalidity(
  work: JobWork,
  code: PolicyReport,
  files: RevisionFiles,
): Promise<PhaseResult | undefined> {
  const question = questionFor(code);
  if (!question) return undefined;
  const { outcome, diagnostics } = await askTerraform(work, question);
  if (outcome.kind === 'cancelled') return { kind: 'run_ended', outcome };
  const redactor = await work.secrets.redactor();
  const errors = redactor.redactJson(
    invalidCode(code, files, outcome.kind === 'failed' ? diagnostics : []),
  ) as typeof diagnostics;
  if (errors.length === 0) return undefined;
  const message = invalidCodeMessage(errors);
  return { kind: 'refused', step: 'validate', reason: 'invalid_code', message, diagnostics: errors };
}

async function denial(work: JobWork, report: PolicyReport, files: RevisionFiles): Promise<PhaseResult> {
  const { context, job, lease } = work;
  const findings = report.findings.filter(({ mode }) => mode === 'block');
  await context.database.query.transaction().execute(async (trx) => {
    await lockJob(trx, job.id, lease);
    await recordDenial(context, trx, job, { step: 'prepare', findings });
  });
  const redactor = await work.secrets.redactor();
  const lineOf = sourceLinesOf(files);
  const text = findingsText(findings, `GET /api/deploy/jobs/${job.id}/policy`);
  return {
    kind: 'refused',
    step: 'prepare',
    reason: 'policy_denied',
    message: `judging the code before Terraform sees it: ${text}`,
    diagnostics: findings.map((finding) =>
      findingDiagnostic(finding, (file, line) => redacted(lineOf(file, line))),
    ),
  };
  function redacted(line: string | undefined) {
    return line === undefined ? undefined : redactor.redactText(line);
  }
}

/** Returns the revision's files; throws if they do not have its digest, by which the runner accepts them. */
async function readCode({ context, job }: JobWork): Promise<RevisionFiles> {
  const { query } = context.database;
  const revision = await findRevision(query, job.project_id, job.revision ?? 0);
  if (!revision) throw new Error(`judging the code of job ${job.id}: revision ${job.revision} is missing`);
  const files = await readRevisionFiles(query, revision.digest);
  if (revisionDigest(files) !== revision.digest)
    throw new Error(`judging the code of job ${job.id}: its files do not have the digest ${revision.digest}`);
  return files;
}

async function judgeState({ context, job }: JobWork, settings: PolicySettings): Promise<PolicyReport> {
  const newest = await readNewestState(context.database.query, context.encryption, job.project_id);
  return newest ? checkState(newest.state, settings) : mergeReports();
}
