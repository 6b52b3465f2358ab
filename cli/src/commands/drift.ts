import type { DriftedResource } from '@deployment-engine/contracts';
import { Command } from 'commander';
import { type Connection, connect } from '../connection.ts';
import { exitCodes } from '../exit-code.ts';
import { reportJob, runJob } from '../project/finish-job.ts';
import { projectName } from '../project/project-name.ts';
import { watchJob } from '../project/watch-job.ts';
import { detectStackDrift, remediateStackDrift } from '../stack/drift.ts';
import { isStack, type TargetOptions, withTarget } from '../target.ts';
import { attributeLines } from '../text/attribute-lines.ts';
import { printable } from '../text/printable.ts';

type DriftOptions = TargetOptions & { detailedExitcode?: boolean; autoApprove?: boolean; detach?: boolean };

export function driftCommand(): Command {
  return new Command('drift').addCommand(detectCommand()).addCommand(remediateCommand());
}

function detectCommand(): Command {
  return withTarget(new Command('detect'))
    .description('compare the real objects with what was deployed; nothing is changed')
    .option('--detailed-exitcode', `exit code ${exitCodes.changes} if there is drift`)
    .action(async (options: DriftOptions, command: Command) => {
      const connection = connect(command);
      if (isStack(options)) return detectStackDrift(connection, options);
      await detect(connection, options, false);
    });
}

function remediateCommand(): Command {
  return withTarget(new Command('remediate'))
    .description('check for drift, and deploy the current code again where there is some')
    .option('--auto-approve', 'approve the plan without asking')
    .option('--detach', 'end once the deploy that undoes the drift is accepted')
    .action(async (options: DriftOptions, command: Command) => {
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
  const { jobId } = await client.checkDrift({ params, body: { remediate } });
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

function driftText(projectId: string, resources: DriftedResource[]): string {
  if (resources.length === 0) return `${projectId}: no drift`;
  return [`${projectId}: drift in ${resources.length}`, ...resources.map(driftedText)].join('\n');
}

function driftedText({ address, action, attributes }: DriftedResource): string {
  const before = Object.fromEntries(attributes.map((each) => [each.path, each.before]));
  const after = Object.fromEntries(attributes.map((each) => [each.path, each.after]));
  const lines = attributeLines({ before, after, unknown: {} }).map(({ sign, text }) => `    ${sign} ${text}`);
  return [`  ${printable(address)} (${action})`, ...lines].join('\n');
}
