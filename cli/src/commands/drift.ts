import type { driftReportSchema } from '@deployment-engine/contracts';
import { Command } from 'commander';
import type { z } from 'zod';
import { type Connection, connect } from '../connection.ts';
import { exitCodes } from '../exit-code.ts';
import { reportJob, runJob } from '../project/finish-job.ts';
import { projectName } from '../project/project-name.ts';
import { watchJob } from '../project/watch-job.ts';
import {
  detectStackDrift,
  type IgnoreOptions,
  ignoreStackDrift,
  remediateStackDrift,
  scheduleStackDrift,
  showIgnoredDrift,
  showStackDrift,
} from '../stack/drift.ts';
import { submit } from '../submit.ts';
import { isStack, type TargetOptions, withProjectArgument, withTarget } from '../target.ts';
import { driftText } from '../text/drift-text.ts';

type DriftReport = z.infer<typeof driftReportSchema>;
type DriftOptions = TargetOptions & { detailedExitcode?: boolean; autoApprove?: boolean; detach?: boolean };

export function driftCommand(): Command {
  return new Command('drift')
    .addCommand(detectCommand())
    .addCommand(showCommand())
    .addCommand(remediateCommand())
    .addCommand(ignoreCommand())
    .addCommand(unignoreCommand())
    .addCommand(scheduleCommand());
}

function detectCommand(): Command {
  return withProjectArgument(new Command('detect'))
    .description('compare the real objects with what was deployed; nothing is changed')
    .option('--detailed-exitcode', `exit code ${exitCodes.changes} if there is drift`)
    .action(async (_project: unknown, options: DriftOptions, command: Command) => {
      const connection = connect(command);
      if (isStack(options)) return detectStackDrift(connection, options);
      await detect(connection, options, false);
    });
}

function showCommand(): Command {
  return withProjectArgument(new Command('show'))
    .description('show what the newest check has found; a new one is made by detect')
    .option('--detailed-exitcode', `exit code ${exitCodes.changes} if there is drift`)
    .action(async (_project: unknown, options: DriftOptions, command: Command) => {
      const connection = connect(command);
      if (isStack(options)) return showStackDrift(connection, options);
      const projectId = projectName(options.project);
      const report = await connection.client.drift({ params: { projectId } });
      console.log(connection.json ? JSON.stringify(report) : reportText(projectId, report));
      if (report.drifted && options.detailedExitcode) process.exitCode = exitCodes.changes;
    });
}

function reportText(projectId: string, { status, checkedAt, resources }: DriftReport): string {
  if (status === 'never_checked') return `${projectId}: never checked`;
  return `${driftText(projectId, resources)}\nchecked ${checkedAt}`;
}

function ignoreCommand(): Command {
  return withTarget(new Command('ignore'))
    .description("leave a difference of a stack's component out of drift reports; needs an approver")
    .argument('<attribute>', "address and attribute; * stands for any text, for example '*.desired_count'")
    .requiredOption('--why <reason>', 'shown with the rule')
    .option('--expires-at <time>', 'ISO 8601, for example 2030-01-31T00:00:00Z; without it the rule stays')
    .action((attribute: string, options: IgnoreOptions, command: Command) =>
      ignoreStackDrift(connect(command), attribute, options),
    );
}

function unignoreCommand(): Command {
  return withTarget(new Command('unignore'))
    .description('show a difference again; needs an approver')
    .argument('<rule>', 'id of the rule, from drift show')
    .action((ruleId: string, options: TargetOptions, command: Command) =>
      showIgnoredDrift(connect(command), ruleId, options),
    );
}

type ScheduleOptions = TargetOptions & { spreadMinutes?: number; remediate?: boolean };

function scheduleCommand(): Command {
  return withTarget(new Command('schedule'))
    .description('check for drift again and again, for example at "0 6 * * *"; off ends that')
    .argument('<cron>', 'five fields, in UTC; or off')
    .option('--spread-minutes <count>', 'stack: time in which the checks of the components begin', Number)
    .option('--remediate', 'project: on drift, queue a deploy that waits for approval')
    .action(async (text: string, options: ScheduleOptions, command: Command) => {
      const connection = connect(command);
      const cron = text === 'off' ? null : text;
      if (isStack(options)) return scheduleStackDrift(connection, cron, options);
      const { client, json } = connection;
      const params = { projectId: projectName(options.project) };
      const body = { cron, remediate: options.remediate ?? false };
      const answer = await client.driftSchedule({ params, body });
      console.log(json ? JSON.stringify(answer) : `${answer.projectId}: ${answer.cron ?? 'off'}`);
    });
}

function remediateCommand(): Command {
  return withProjectArgument(new Command('remediate'))
    .description('check for drift, and deploy the current code again where there is some')
    .option('--auto-approve', 'approve the plan without asking')
    .option('--detach', 'end once the deploy that undoes the drift is accepted')
    .action(async (_project: unknown, options: DriftOptions, command: Command) => {
      const connection = connect(command);
      if (isStack(options)) return remediateStackDrift(connection, options);
      const remediation = await detect(connection, options, true);
      if (!remediation) return;
      if (options.autoApprove) await approveQuietly(connection, remediation);
      await runJob(connection, remediation, options);
    });
}

/** Returns the job that undoes the drift, if one was asked for and there is drift. */
async function detect(
  connection: Connection,
  options: DriftOptions,
  remediate: boolean,
): Promise<string | null> {
  const { client, json } = connection;
  const params = { projectId: projectName(options.project) };
  const { jobId } = await submit((idempotencyKey, call) =>
    client.checkDrift({ idempotencyKey, params, body: { remediate } }, call),
  );
  const watched = await watchJob(connection, jobId);
  if (watched.job.status !== 'completed') {
    await reportJob(connection, watched);
    return null;
  }
  const report = await client.drift({ params });
  if (json && !(remediate && report.remediationJobId)) console.log(JSON.stringify(report));
  if (!json) console.log(driftText(params.projectId, report.resources));
  if (report.drifted && options.detailedExitcode) process.exitCode = exitCodes.changes;
  return report.remediationJobId;
}

/** Approves the plan once it is made; a job that has ended before is reported as any other. */
async function approveQuietly({ client }: Connection, jobId: string): Promise<void> {
  const params = { jobId };
  for await (const { data } of client.jobEvents({ params }))
    if (data.type === 'job_status' && data.status === 'awaiting_approval') break;
  const job = await client.status({ params });
  if (job.status === 'awaiting_approval')
    await client.approveJob({ params, body: { planDigest: job.planDigest ?? '' } });
}
