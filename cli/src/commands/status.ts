import type { JobView } from '@deployment-engine/contracts';
import { Command } from 'commander';
import { type Connection, connect } from '../connection.ts';
import { engineText } from '../messages/engine-text.ts';
import { jobExitCode, waitingText } from '../project/job-outcome.ts';
import { jobIdOf } from '../project/newest-job.ts';
import { isPipelineId } from '../stack/stack-name.ts';
import { isStack, type TargetOptions, withTarget } from '../target.ts';
import { planSummaryText } from '../text/summary-text.ts';

type StatusOptions = TargetOptions & { follow?: boolean };

/** Loads only what shows the status of a job: that is called most, in loops of scripts. */
export function statusCommand(): Command {
  return withTarget(new Command('status'))
    .argument('[id]', 'a job, a pipeline or a project')
    .option('--follow', 'watch it to its end')
    .action(async (id: string | undefined, options: StatusOptions, command: Command) => {
      const connection = connect(command);
      const isOfPipeline = id !== undefined && isPipelineId(id);
      if (isOfPipeline || (id === undefined && isStack(options))) {
        const { pipelineStatus, stackStatus } = await import('../stack/status.ts');
        return id === undefined
          ? stackStatus(connection, options)
          : pipelineStatus(connection, id, options.follow ?? false);
      }
      const jobId = await jobIdOf(connection.client, id, options.project);
      if (options.follow) return (await import('../project/finish-job.ts')).runJob(connection, jobId);
      await showJob(connection, jobId);
    });
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
    ...(job.waitingReason ? [`  waits      ${job.waitingReason.replace(/^waits /, '')}`] : []),
    ...(job.error ? [`  error      ${job.error}`] : []),
    `  accepted   ${job.startTime}`,
    ...(job.endTime ? [`  ended      ${job.endTime}`] : []),
    ...(status === 'awaiting_approval' ? [waitingText(job, url)] : []),
  ];
  return engineText(lines.join('\n'));
}
