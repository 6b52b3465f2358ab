import { pipelineIdSchema } from '@deployment-engine/contracts';
import { z } from 'zod';
import type { Call } from '../call/call.ts';
import { CallError } from '../call/call-error.ts';
import type { ToolAnswer } from '../call/tool.ts';
import { waitForPipeline } from '../call/wait.ts';
import { pipelineAnswer } from './pipeline-answer.ts';
import { toolOfPipeline } from './tool-of-pipeline.ts';

/** Fields that name plans to apply. */
export const approvedPipeline = {
  pipelineId: pipelineIdSchema.optional().describe('The pipeline whose plans the user has approved'),
  planDigest: z.string().optional().describe('Digest of those plans, as it was answered'),
};

type Plans = { pipelineId: string; planDigest: string };

/** Approves the plans of a pipeline and waits for its end. Each type is approved by the tool that starts it. */
export async function approvePipeline(
  call: Call,
  { pipelineId, planDigest }: Plans,
  { toolName, seconds }: { toolName: string; seconds: number },
): Promise<ToolAnswer> {
  const params = { pipelineId };
  const { type } = await call.client.pipeline({ params });
  const right = toolOfPipeline(type);
  if (right !== toolName)
    throw new CallError(`approving pipeline ${pipelineId} with ${toolName}: call the tool ${right}`);
  await call.client.approvePipeline({ params, body: { planDigest } });
  return pipelineAnswer(call, await waitForPipeline(call, pipelineId, seconds));
}
