import type { Client } from '@deployment-engine/client';
import { type Diagnostic, isFinished, type JobView } from '@deployment-engine/contracts';
import { annotateDiagnostic } from '../github/annotations.ts';
import { patiently } from '../patiently.ts';
import { outputMode } from '../terminal/output-mode.ts';
import type { ProgressView } from '../terminal/progress-view.ts';
import { printable } from '../text/printable.ts';
import { type JobActivity, jobEventText } from './job-lines.ts';

/** How far a job was followed. */
export type JobProgress = {
  jobId: string;
  lastEventId?: string | undefined;
  /** Diagnostics that were shown. */
  shown: Diagnostic[];
  activity: JobActivity;
  /** Where the code is, if it was sent from here. */
  folder?: string | undefined;
};

/** Shows a job's events until it has ended or waits for approval. Throws the signal's reason. */
export async function followJob(
  client: Client,
  progress: JobProgress,
  view: ProgressView,
  signal: AbortSignal,
): Promise<JobView> {
  const params = { jobId: progress.jobId };
  const { lastEventId, activity } = progress;
  try {
    for await (const { id, data } of client.jobEvents(
      { params },
      { signal, lastEventId, retryFirst: true },
    )) {
      progress.lastEventId = id;
      if (data.type === 'diagnostic' && view.isShown) noteShown(progress, data.diagnostic);
      activity.add(data);
      const text = jobEventText(data);
      if (text) view.line(data.at, text);
      if (data.type === 'log' && outputMode().verbose) view.line(data.at, `| ${printable(data.line)}`);
      view.activity(activity.text());
      if (data.type !== 'job_status') continue;
      if (isFinished(data.status)) break;
      if (data.status !== 'awaiting_approval') continue;
      const job = await patiently(() => client.status({ params }, { signal }));
      if (job.status === 'awaiting_approval') return job;
    }
    return await endedJob(client, progress.jobId, signal);
  } finally {
    view.end();
  }
}

function noteShown(progress: JobProgress, diagnostic: Diagnostic): void {
  progress.shown.push(diagnostic);
  annotateDiagnostic(diagnostic, progress.folder);
}

/** The stream also ends for a job whose events were pruned. */
async function endedJob(client: Client, jobId: string, signal: AbortSignal): Promise<JobView> {
  const job = await patiently(() => client.status({ params: { jobId } }, { signal }));
  if (!isFinished(job.status))
    throw new Error(`following job ${jobId}: its events have ended, but it is ${job.status}`);
  return job;
}
