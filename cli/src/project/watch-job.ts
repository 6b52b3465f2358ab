import type { Client } from '@deployment-engine/client';
import type { JobView } from '@deployment-engine/contracts';
import type { Connection } from '../connection.ts';
import { annotateFindings } from '../github/annotations.ts';
import { ownCommand } from '../messages/own-command.ts';
import { patiently } from '../patiently.ts';
import { decide } from '../terminal/decide.ts';
import { Interrupts } from '../terminal/interrupts.ts';
import { createProgressView } from '../terminal/progress-view.ts';
import { isInteractive } from '../terminal/prompt.ts';
import { planText } from '../text/plan-text.ts';
import { followJob, type JobProgress } from './follow-job.ts';
import { JobActivity } from './job-lines.ts';

export type WatchedJob = { job: JobView; progress: JobProgress; isPlanShown: boolean };

/** `folder` has the code of the job, if it was sent from here. */
export type WatchOptions = { folder?: string | undefined };

/** Follows a job to its end, or until it waits for an approval that nobody can be asked for here. */
export async function watchJob(
  { client, json }: Connection,
  jobId: string,
  { folder }: WatchOptions = {},
): Promise<WatchedJob> {
  const view = createProgressView();
  const progress: JobProgress = { jobId, shown: [], activity: new JobActivity(), folder };
  using interrupts = new Interrupts({
    view,
    what: `job ${jobId}`,
    resume: ownCommand(`logs ${jobId} --follow`),
    cancel: async () => void (await client.cancelJob({ params: { jobId } })),
  });
  view.line(new Date().toISOString(), `job ${jobId}`);
  let isPlanShown = false;
  for (;;) {
    const job = await followJob(client, progress, view, interrupts.signal);
    if (job.status !== 'awaiting_approval' || json || !isInteractive()) return { job, progress, isPlanShown };
    await showPlan(client, jobId);
    isPlanShown = true;
    if (!(await decideJob(client, job))) return { job, progress, isPlanShown };
  }
}

export async function showPlan(client: Client, jobId: string): Promise<void> {
  const plan = await patiently(() => client.jobPlan({ params: { jobId } }));
  console.log(planText(plan));
  annotateFindings(plan);
}

/** Asks whether to apply the plan, and approves or cancels the job. Returns false if it stays as it is. */
export function decideJob(client: Client, { jobId, projectId, planDigest, type }: JobView): Promise<boolean> {
  const what =
    type === 'destroy'
      ? `Destroy everything that ${projectId} has deployed`
      : `Apply these changes to ${projectId}`;
  const params = { jobId };
  return decide(what, {
    approve: () => client.approveJob({ params, body: { planDigest: planDigest ?? '' } }),
    cancel: () => client.cancelJob({ params }),
  });
}
