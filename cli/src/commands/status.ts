import type { JobView } from '@deployment-engine/contracts';
import { Command } from 'commander';
import { type Connection, connect } from '../connection.ts';
import { jobExitCode, runJob, waitingText } from '../project/finish-job.ts';
import { jobIdOf } from '../project/newest-job.ts';
import { runPipeline } from '../stack/finish-pipeline.ts';
import { showPipeline, showStackStatus } from '../stack/show.ts';
import { isPipelineId, stackPlace } from '../stack/stack-name.ts';
import { isStack, type TargetOptions, withTarget } from '../target.ts';
import { printable } from '../text/printable.ts';
import { planSummaryText } from '../text/summary-text.ts';

type StatusOptions = TargetOptions & { follow?: boolean };

export function statusCommand(): Command {
  return withTarget(new Command('status'))
    .argument('[id]', 'a job, a pipeline or a project')
    .option('--follow', 'watch it to its end')
    .action(async (id: string | undefined, options: StatusOptions, command: Command) => {
      const connection = connect(command);
      if (id !== undefined && isPipelineId(id))
        return options.follow ? void (await runPipeline(connection, id)) : showPipeline(connection, id);
      if (id === undefined && isStack(options)) return stackStatus(connection, options);
      const jobId = await jobIdOf(connection.client, id, options.project);
      if (options.follow) return runJob(connection, jobId);
      await showJob(connection, jobId);
    });
}

/** With `--follow`, watches the pipeline at work. */
async function stackStatus(connection: Connection, options: StatusOptions): Promise<void> {
  if (options.follow) {
    const { activePipelineId } = await connection.client.stackEnvironment({
      params: await stackPlace(options),
    });
    if (activePipelineId) await runPipeline(connection, activePipelineId);
  }
  await showStackStatus(connection, options);
}

async function showJob({ client, json, url }: Connection, jobId: string): Promise<void> {
  const job = await client.status({ params: { jobId } });
  console.log(json ? JSON.stringify(job) : jobText(job, url));
  if (job.status !== 'pending' && job.status !== 'processing') process.exitCode = jobExitCode(job);
}

function jobText(job: JobView, url: string): string {
  const { jobId, projectId, type, status, progress, step, resources, plan, policy } = job;
  const lines = [
    `${jobId}: ${status}${status === 'processing' ? `, ${progress} %` : ''}`,
    `  project    ${projectId}`,
    `  type       ${type}${job.message ? `: ${job.message}` : ''}`,
    ...(step ? [`  step       ${step}`] : []),
    ...(plan ? [`  plan       ${planSummaryText(plan)}`] : []),
    ...(resources.planned > 0
      ? [`  resources  ${resources.finished} of ${resources.planned} done, ${resources.failed} failed`]
      : []),
    ...(policy ? [`  policy     ${policy.verdict}`] : []),
    ...(job.waitingReason ? [`  waits      ${job.waitingReason}`] : []),
    ...(job.error ? [`  error      ${job.error}`] : []),
    `  accepted   ${job.startTime}`,
    ...(job.endTime ? [`  ended      ${job.endTime}`] : []),
    ...(status === 'awaiting_approval' ? [waitingText(job, url)] : []),
  ];
  return printable(lines.join('\n'));
}
