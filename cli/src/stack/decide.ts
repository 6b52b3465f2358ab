import type { Client } from '@deployment-engine/client';
import { isPipelineFinished, type PipelineView } from '@deployment-engine/contracts';
import type { Connection } from '../connection.ts';
import { CliError, UsageError } from '../exit-code.ts';
import { isInteractive } from '../terminal/prompt.ts';
import { decidePipeline } from './ask-approval.ts';
import { runPipeline } from './finish-pipeline.ts';
import { pipelineText } from './pipeline-text.ts';

export async function approvePipeline(
  connection: Connection,
  pipelineId: string,
  { planDigest, detach }: { planDigest?: string; detach?: boolean },
): Promise<void> {
  const { client } = connection;
  const params = { pipelineId };
  if (planDigest !== undefined) await client.approvePipeline({ params, body: { planDigest } });
  else {
    const pipeline = await waiting(client, pipelineId);
    if (!isInteractive())
      throw new UsageError(
        `approving ${pipelineId}: name the plans that were reviewed, for example --plan-digest ${pipeline.planDigest}`,
      );
    console.log(pipelineText(pipeline));
    if (!(await decidePipeline(client, pipeline))) return;
  }
  await runPipeline(connection, pipelineId, detach === undefined ? {} : { detach });
}

export async function rejectPipeline(connection: Connection, pipelineId: string): Promise<void> {
  await waiting(connection.client, pipelineId);
  await cancelPipeline(connection, pipelineId, {});
}

export async function cancelPipeline(
  connection: Connection,
  pipelineId: string,
  { grace, detach }: { grace?: number; detach?: boolean },
): Promise<void> {
  const { client, json } = connection;
  const params = { pipelineId };
  const answer = await client.cancelPipeline({ params, body: { graceSeconds: grace } });
  if (detach) return console.log(json ? JSON.stringify(answer) : `${pipelineId}: ${answer.message}`);
  const pipeline = await runPipeline(connection, pipelineId);
  if (pipeline && isPipelineFinished(pipeline.status)) process.exitCode = 0;
}

export async function resumePipeline(
  connection: Connection,
  pipelineId: string,
  { autoApprove, detach }: { autoApprove?: boolean; detach?: boolean },
): Promise<void> {
  const params = { pipelineId };
  const body = { autoApprove: autoApprove ?? false };
  const accepted = await connection.client.resumePipeline({ params, body });
  await runPipeline(connection, accepted.pipelineId, detach === undefined ? {} : { detach });
}

async function waiting(client: Client, pipelineId: string): Promise<PipelineView> {
  const pipeline = await client.pipeline({ params: { pipelineId } });
  if (pipeline.status !== 'awaiting_approval')
    throw new CliError(`pipeline ${pipelineId} is ${pipeline.status}; it does not wait for approval`);
  return pipeline;
}
