import type { Diagnostic, RunOutcome } from '@deployment-engine/contracts';
import type { Question } from '@deployment-engine/policy';
import { runIdOf } from '../../runners/run-id.ts';
import { lastRunDiagnostics } from '../events/store.ts';
import { followJobRun } from './follow-run.ts';
import type { JobWork } from './job-work.ts';
import { commonRequest, startJobRun } from './start-run.ts';

/** Runs Terraform on refused code to get its diagnostics. It gets no credentials, as it calls no cloud. */
export async function askTerraform(
  work: JobWork,
  question: Question,
): Promise<{ outcome: RunOutcome; diagnostics: Diagnostic[] }> {
  const runId = runIdOf(work.job, 'check');
  const common = { ...(await commonRequest(work)), environment: {}, egressAllow: [] };
  const request =
    question.kind === 'parse' ? { ...common, variables: {}, ...question } : { ...common, ...question };
  await startJobRun(work, runId, request);
  const outcome = await followJobRun(work, runId);
  return { outcome, diagnostics: await lastRunDiagnostics(work.context.database.query, work.job.id) };
}
