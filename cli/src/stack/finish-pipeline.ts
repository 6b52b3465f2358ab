import type { PipelineView } from '@deployment-engine/contracts';
import type { Connection } from '../connection.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { ownCommand } from '../messages/own-command.ts';
import { hasChanges } from '../text/summary-text.ts';
import { pipelineText } from './pipeline-text.ts';
import { type WatchedPipeline, watchPipeline } from './watch-pipeline.ts';

export type RunOptions = { detach?: boolean; detailedExitcode?: boolean };

/** Watches a pipeline, prints what became of it, and sets the exit code. `detach` only prints its id. */
export async function runPipeline(
  connection: Connection,
  pipelineId: string,
  { detach, detailedExitcode }: RunOptions = {},
): Promise<PipelineView | undefined> {
  if (detach) {
    console.log(connection.json ? JSON.stringify({ pipelineId }) : pipelineId);
    return undefined;
  }
  const watched = await watchPipeline(connection, pipelineId);
  reportPipeline(connection, watched, { detailedExitcode });
  return watched.pipeline;
}

/** Prints what became of a pipeline, and sets the exit code. */
export function reportPipeline(
  { json, url }: Connection,
  { pipeline, isShown }: WatchedPipeline,
  { detailedExitcode }: { detailedExitcode?: boolean | undefined },
): void {
  const isWaiting = pipeline.status === 'awaiting_approval';
  const hasNews = detailedExitcode && pipeline.status === 'completed' && changesAnything(pipeline);
  process.exitCode = hasNews ? exitCodes.changes : pipelineExitCode(pipeline);
  if (json) console.log(JSON.stringify(pipeline));
  else if (!isShown || !isWaiting) console.log(pipelineText(pipeline));
  if (!json && isWaiting) console.error(`deployer: ${waitingText(pipeline, url)}`);
}

export function pipelineExitCode({ status }: Pick<PipelineView, 'status'>): ExitCode {
  if (status === 'awaiting_approval') return exitCodes.waiting;
  return status === 'partial' || status === 'failed' || status === 'cancelled'
    ? exitCodes.failed
    : exitCodes.done;
}

/** Says where and how to approve; the digest binds the approval to the plans that were shown. */
export function waitingText({ pipelineId, planDigest }: PipelineView, url: string): string {
  const deployer = ownCommand(`--url ${url}`);
  return [
    `pipeline ${pipelineId} waits for approval`,
    `  approve:  ${deployer} approve ${pipelineId} --plan-digest ${planDigest}`,
    `  reject:   ${deployer} reject ${pipelineId}`,
  ].join('\n');
}

function changesAnything({ components, plan }: PipelineView): boolean {
  return (plan !== null && hasChanges(plan)) || components.some(({ drifted }) => (drifted ?? 0) > 0);
}
