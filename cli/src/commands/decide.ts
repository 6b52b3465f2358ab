import type { JobView } from '@deployment-engine/contracts';
import { Command } from 'commander';
import { type Connection, connect } from '../connection.ts';
import { CliError, UsageError } from '../exit-code.ts';
import { runJob } from '../project/finish-job.ts';
import { isJobId } from '../project/newest-job.ts';
import { decideJob, showPlan } from '../project/watch-job.ts';
import { positive } from '../stack/conduct-options.ts';
import { approvePipeline, cancelPipeline, rejectPipeline, resumePipeline } from '../stack/decide.ts';
import { isPipelineId } from '../stack/stack-name.ts';
import { isInteractive } from '../terminal/prompt.ts';

export type DecideOptions = { planDigest?: string; detach?: boolean; grace?: number };

const idText = 'the job or pipeline';

export function approveCommand(): Command {
  return new Command('approve')
    .argument('<id>', idText)
    .option(
      '--plan-digest <digest>',
      'the plan that was reviewed; without it the plan is shown, and a terminal asks',
    )
    .option('--detach', 'end as soon as the approval is accepted')
    .action(async (id: string, options: DecideOptions, command: Command) => {
      const connection = connect(command);
      if (requireId(id) === 'pipeline') return approvePipeline(connection, id, options);
      await approveJob(connection, id, options);
    });
}

export function rejectCommand(): Command {
  return new Command('reject')
    .argument('<id>', idText)
    .action(async (id: string, _options: unknown, command: Command) => {
      const connection = connect(command);
      if (requireId(id) === 'pipeline') return rejectPipeline(connection, id);
      await waiting(connection, id);
      await cancel(connection, id, {});
    });
}

export function cancelCommand(): Command {
  return new Command('cancel')
    .argument('<id>', idText)
    .option('--grace <seconds>', 'time between interrupt and kill', positive)
    .option('--detach', 'do not wait for its end')
    .action(async (id: string, options: DecideOptions, command: Command) => {
      const connection = connect(command);
      if (requireId(id) === 'pipeline') return cancelPipeline(connection, id, options);
      await cancel(connection, id, options);
    });
}

export function resumeCommand(): Command {
  return new Command('resume')
    .argument('<id>', 'the pipeline')
    .option('--auto-approve', 'do not wait for an approval')
    .option('--detach', 'end as soon as the work is accepted')
    .action(async (id: string, options: { autoApprove?: boolean; detach?: boolean }, command: Command) => {
      if (requireId(id) !== 'pipeline')
        throw new UsageError(`${id} is a job; only a pipeline can be resumed`);
      await resumePipeline(connect(command), id, options);
    });
}

function requireId(id: string): 'job' | 'pipeline' {
  if (isPipelineId(id)) return 'pipeline';
  if (isJobId(id)) return 'job';
  throw new UsageError(`${id} is no job or pipeline; they look like deploy-1704067200000-abc123`);
}

async function approveJob(connection: Connection, jobId: string, options: DecideOptions): Promise<void> {
  const { client } = connection;
  const params = { jobId };
  if (options.planDigest !== undefined)
    await client.approveJob({ params, body: { planDigest: options.planDigest } });
  else if (!(await approveShown(connection, await waiting(connection, jobId)))) return;
  await runJob(connection, jobId, options);
}

/** Shows the plan and asks. Without a terminal nobody has seen it, so the digest must be named. */
async function approveShown({ client }: Connection, job: JobView): Promise<boolean> {
  if (!isInteractive())
    throw new UsageError(
      `approving job ${job.jobId}: name the plan that was reviewed, for example --plan-digest ${job.planDigest}`,
    );
  await showPlan(client, job.jobId);
  return decideJob(client, job);
}

async function waiting({ client }: Connection, jobId: string): Promise<JobView> {
  const job = await client.status({ params: { jobId } });
  if (job.status !== 'awaiting_approval')
    throw new CliError(`job ${jobId} is ${job.status}; it does not wait for approval`);
  return job;
}

async function cancel(connection: Connection, jobId: string, options: DecideOptions): Promise<void> {
  const { client, json } = connection;
  const answer = await client.cancelJob({ params: { jobId }, body: { graceSeconds: options.grace } });
  if (options.detach || answer.status === 'cancelled')
    return console.log(json ? JSON.stringify(answer) : `${jobId}: ${answer.message}`);
  await runJob(connection, jobId);
  const { status } = await client.status({ params: { jobId } });
  if (status === 'cancelled') process.exitCode = 0;
}
