import { writeFile } from 'node:fs/promises';
import type { PipelineView } from '@deployment-engine/contracts';
import { Command } from 'commander';
import { type Connection, connect } from '../connection.ts';
import { CliError, exitCodes } from '../exit-code.ts';
import { annotateFindings } from '../github/annotations.ts';
import { patiently } from '../patiently.ts';
import { reportJob } from '../project/finish-job.ts';
import { readProjectCode } from '../project/project-code.ts';
import { projectName } from '../project/project-name.ts';
import { watchJob } from '../project/watch-job.ts';
import { pipelineText } from '../stack/pipeline-text.ts';
import { planStack } from '../stack/start.ts';
import { submit } from '../submit.ts';
import { isStack, requireStackFor, type TargetOptions, withTarget, withVariables } from '../target.ts';
import { fenced, planMarkdown } from '../text/plan-markdown.ts';
import { changesAnything, planText } from '../text/plan-text.ts';
import { planSummaryText } from '../text/summary-text.ts';
import type { GivenVariables } from '../upload/variables.ts';

type PlanOptions = TargetOptions &
  GivenVariables & { detailedExitcode?: boolean; markdown?: string; refresh?: boolean; message?: string };

export function planCommand(): Command {
  return withVariables(withTarget(new Command('plan')))
    .argument('[dir]', 'the folder; - reads one file of code from standard input', '.')
    .option('--detailed-exitcode', `exit code ${exitCodes.changes} if there are changes`)
    .option('--markdown <file>', 'also write the plan to a file, as a comment for a pull request')
    .option('--refresh', 'stack: plan also components for which nothing has changed')
    .option('--message <text>', 'stack: shown in the history')
    .action(async (folder: string, options: PlanOptions, command: Command) => {
      const connection = connect(command);
      if (isStack(options)) {
        const pipeline = await planStack(connection, folder, options);
        if (pipeline && options.markdown) await writeMarkdown(options.markdown, pipelineMarkdown(pipeline));
        return;
      }
      requireStackFor(command, ['refresh', 'message']);
      await planProject(connection, folder, options);
    });
}

async function planProject(connection: Connection, folder: string, options: PlanOptions): Promise<void> {
  const { client, json } = connection;
  const code = await readProjectCode(folder, options);
  const projectId = projectName(options.project, folder === '-' ? '.' : folder);
  const { jobId } = await submit((idempotencyKey, call) =>
    client.plan({ idempotencyKey, body: { projectId, ...code } }, call),
  );
  const watched = await watchJob(connection, jobId, { folder: folder === '-' ? undefined : folder });
  if (watched.job.status !== 'completed') return reportJob(connection, watched);
  const plan = await patiently(() => client.jobPlan({ params: { jobId } }));
  console.log(json ? JSON.stringify(plan) : planText(plan));
  annotateFindings(plan);
  if (options.markdown) await writeMarkdown(options.markdown, planMarkdown(plan));
  if (options.detailedExitcode && changesAnything(plan)) process.exitCode = exitCodes.changes;
}

function pipelineMarkdown(pipeline: PipelineView): string {
  const { stack, environment, plan, pipelineId } = pipeline;
  const summary = plan ? `: ${planSummaryText(plan)}` : '';
  return `### Plan of ${stack} ${environment}${summary}\n\n${fenced('text', pipelineText(pipeline))}\n\nPipeline ${pipelineId}\n`;
}

async function writeMarkdown(file: string, text: string): Promise<void> {
  await writeFile(file, text).catch((error: Error) => {
    throw new CliError(`writing --markdown ${file}: ${error.message}`);
  });
}
