import type { Client } from '@deployment-engine/client';
import type { Diagnostic, JobErrorReason, JobView } from '@deployment-engine/contracts';
import type { Connection } from '../connection.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { diagnosticText } from '../text/diagnostic-text.ts';
import { outputsText } from '../text/outputs-text.ts';
import { printable } from '../text/printable.ts';
import { doneSummaryText } from '../text/summary-text.ts';
import { showPlan, type WatchedJob, watchJob } from './watch-job.ts';

/** Failures of which a person can say: it may pass. */
const blockedReasons: readonly JobErrorReason[] = [
  'policy_denied',
  'budget_exceeded',
  'costs_not_readable',
  'unaccounted_objects',
];

/** Watches a job, prints what became of it, and sets the exit code. `detach` only prints its id. */
export async function runJob(
  connection: Connection,
  jobId: string,
  { detach }: { detach?: boolean } = {},
): Promise<void> {
  if (detach) return console.log(connection.json ? JSON.stringify({ jobId }) : jobId);
  await reportJob(connection, await watchJob(connection, jobId));
}

export async function reportJob({ client, json }: Connection, watched: WatchedJob): Promise<void> {
  const { job } = watched;
  process.exitCode = jobExitCode(job);
  if (json) return console.log(JSON.stringify(job));
  if (job.status === 'completed') return reportResult(job);
  if (job.status === 'awaiting_approval') return reportWaiting(client, watched);
  reportFailure(watched);
}

export function jobExitCode({ status, failure }: JobView): ExitCode {
  if (status === 'awaiting_approval') return exitCodes.waiting;
  if (status === 'failed' && failure && blockedReasons.includes(failure.reason)) return exitCodes.waiting;
  return status === 'completed' ? exitCodes.done : exitCodes.failed;
}

function reportResult({ projectId, type, result }: JobView): void {
  if (type === 'plan' || type === 'drift' || !result) return;
  console.log(`${projectId}: ${result.plan ? doneSummaryText(result.plan) : result.message}`);
  if (Object.keys(result.outputs).length > 0) console.log(`\nOutputs:\n${outputsText(result.outputs)}`);
}

async function reportWaiting(client: Client, { job, isPlanShown }: WatchedJob): Promise<void> {
  if (!isPlanShown) await showPlan(client, job.jobId);
  console.error(`deployer: ${waitingText(job)}`);
}

/** Says how to approve; the digest binds the approval to the plan that was shown. */
export function waitingText({ jobId, planDigest }: JobView): string {
  return [
    `job ${jobId} waits for approval`,
    `  approve:  deployer approve ${jobId} --plan-digest ${planDigest}`,
    `  reject:   deployer reject ${jobId}`,
  ].join('\n');
}

function reportFailure({ job, progress }: WatchedJob): void {
  const { jobId, status, failure, error } = job;
  const left = (failure?.diagnostics ?? []).filter((each) => !progress.shown.some(isSame(each)));
  for (const diagnostic of left) console.error(diagnosticText(diagnostic));
  const text = failure?.message ?? error ?? '';
  console.error(printable(`deployer: ${status === 'cancelled' ? text : `${jobId} failed: ${text}`}`));
}

function isSame({ summary, detail, file, line }: Diagnostic) {
  return (other: Diagnostic) =>
    other.summary === summary && other.detail === detail && other.file === file && other.line === line;
}
