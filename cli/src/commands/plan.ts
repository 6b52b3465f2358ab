import { Command } from 'commander';
import { type Connection, connect } from '../connection.ts';
import { exitCodes } from '../exit-code.ts';
import { reportJob } from '../project/finish-job.ts';
import { readProjectCode } from '../project/project-code.ts';
import { projectName } from '../project/project-name.ts';
import { watchJob } from '../project/watch-job.ts';
import { planStack } from '../stack/start.ts';
import { isStack, requireStackFor, type TargetOptions, withTarget, withVariables } from '../target.ts';
import { changesAnything, planText } from '../text/plan-text.ts';
import type { GivenVariables } from '../upload/variables.ts';

type PlanOptions = TargetOptions &
  GivenVariables & { detailedExitcode?: boolean; refresh?: boolean; message?: string };

export function planCommand(): Command {
  return withVariables(withTarget(new Command('plan')))
    .argument('[dir]', 'the folder; - reads one file of code from standard input', '.')
    .option('--detailed-exitcode', `exit code ${exitCodes.changes} if there are changes`)
    .option('--refresh', 'stack: plan also components for which nothing has changed')
    .option('--message <text>', 'stack: shown in the history')
    .action(async (folder: string, options: PlanOptions, command: Command) => {
      const connection = connect(command);
      if (isStack(options)) return planStack(connection, folder, options);
      requireStackFor(command, ['refresh', 'message']);
      await planProject(connection, folder, options);
    });
}

async function planProject(connection: Connection, folder: string, options: PlanOptions): Promise<void> {
  const { client, json } = connection;
  const code = await readProjectCode(folder, options);
  const projectId = projectName(options.project, folder === '-' ? '.' : folder);
  const { jobId } = await client.plan({ body: { projectId, ...code } });
  const watched = await watchJob(connection, jobId);
  if (watched.job.status !== 'completed') return reportJob(connection, watched);
  const plan = await client.jobPlan({ params: { jobId } });
  console.log(json ? JSON.stringify(plan) : planText(plan));
  if (options.detailedExitcode && changesAnything(plan)) process.exitCode = exitCodes.changes;
}
