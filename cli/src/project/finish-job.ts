import { ApiError, type Client } from '@deployment-engine/client';
import type { Diagnostic } from '@deployment-engine/contracts';
import type { Connection } from '../connection.ts';
import { annotate, annotateDiagnostic, annotateFindings } from '../github/annotations.ts';
import { diagnosticText } from '../messages/diagnostic-text.ts';
import { engineText } from '../messages/engine-text.ts';
import { patiently } from '../patiently.ts';
import { outputsText } from '../text/outputs-text.ts';
import { planNotes } from '../text/plan-text.ts';
import { doneSummaryText } from '../text/summary-text.ts';
import { jobExitCode, waitingText } from './job-outcome.ts';
import { showPlan, type WatchedJob, type WatchOptions, watchJob } from './watch-job.ts';

/** Watches a job, prints what became of it, and sets the exit code. `detach` only prints its id. */
export async function runJob(
  connection: Connection,
  jobId: string,
  { detach, ...options }: WatchOptions & { detach?: boolean } = {},
): Promise<void> {
  if (detach) return console.log(connection.json ? JSON.stringify({ jobId }) : jobId);
  await reportJob(connection, await watchJob(connection, jobId, options));
}

export async function reportJob({ client, json, url }: Connection, watched: WatchedJob): Promise<void> {
  const { job } = watched;
  process.exitCode = jobExitCode(job);
  if (json) return console.log(JSON.stringify(job));
  if (job.status === 'completed') return reportResult(client, watched);
  if (job.status === 'awaiting_approval') return reportWaiting(client, watched, url);
  reportFailure(watched);
}

/** Costs and findings of a plan that was shown are known. */
async function reportResult(client: Client, { job, isPlanShown }: WatchedJob): Promise<void> {
  const { projectId, type, result } = job;
  if (type === 'plan' || type === 'drift' || !result) return;
  console.log(`${projectId}: ${result.plan ? doneSummaryText(result.plan) : result.message}`);
  if (result.plan && !isPlanShown) await reportNotes(client, job.jobId);
  if (Object.keys(result.outputs).length > 0) console.log(`\nOutputs:\n${outputsText(result.outputs)}`);
}

async function reportNotes(client: Client, jobId: string): Promise<void> {
  const plan = await patiently(() => client.jobPlan({ params: { jobId } })).catch(noPlan);
  if (!plan) return;
  for (const text of planNotes(plan)) console.log(text);
  annotateFindings(plan);
}

/** Old plans are pruned. */
function noPlan(error: unknown): undefined {
  if (!(error instanceof ApiError && error.code === 'plan_not_found')) throw error;
}

async function reportWaiting(client: Client, { job, isPlanShown }: WatchedJob, url: string): Promise<void> {
  if (!isPlanShown) await showPlan(client, job.jobId);
  console.error(`deployer: ${waitingText(job, url)}`);
}

function reportFailure({ job, progress }: WatchedJob): void {
  const { jobId, status, failure, error } = job;
  const left = (failure?.diagnostics ?? []).filter((each) => !progress.shown.some(isSame(each)));
  for (const diagnostic of left) {
    console.error(diagnosticText(diagnostic));
    annotateDiagnostic(diagnostic, progress.folder);
  }
  const text = engineText(failure?.message ?? error ?? '');
  const isTold = left.length > 0 || progress.shown.length > 0;
  if (!isTold) annotate({ level: 'error', title: jobId, message: text });
  console.error(engineText(`deployer: ${status === 'cancelled' ? text : `${jobId} failed: ${text}`}`));
}

function isSame({ summary, detail, file, line }: Diagnostic) {
  return (other: Diagnostic) =>
    other.summary === summary && other.detail === detail && other.file === file && other.line === line;
}
