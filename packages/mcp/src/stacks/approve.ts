import { pipelineIdSchema } from '@deployment-engine/contracts';
import { z } from 'zod';
import type { Call } from '../call/call.ts';
import { CallError } from '../call/call-error.ts';
import type { ToolAnswer } from '../call/tool.ts';
import { followedPipeline } from './followed-pipeline.ts';
import { toolOfPipeline } from './tool-of-pipeline.ts';

/** Fields that name plans to apply. */
export const approvedPipeline = {
  pipelineId: pipelineIdSchema.optional().describe('The pipeline whose plans the user has approved'),
  planDigest: z.string().optional().describe('Digest of those plans, as it was answered'),
};

type Plans = { pipelineId: string; planDigest: string };

/** What the caller says of the plans: a host may have shown that to its user. */
type Claim = {
  toolName: string;
  stack?: string | undefined;
  environment?: string | undefined;
  seconds: number;
};

/** Approves the plans of a pipeline and waits for its end. Each type is approved by the tool that starts it. */
export async function approvePipeline(
  call: Call,
  { pipelineId, planDigest }: Plans,
  { toolName, stack, environment, seconds }: Claim,
): Promise<ToolAnswer> {
  const params = { pipelineId };
  const pipeline = await call.client.pipeline({ params });
  const right = toolOfPipeline(pipeline.type);
  if (right !== toolName)
    throw new CallError(`approving pipeline ${pipelineId} with ${toolName}: call the tool ${right}`);
  const isOther =
    (stack ?? pipeline.stack) !== pipeline.stack ||
    (environment ?? pipeline.environment) !== pipeline.environment;
  if (isOther)
    throw new CallError(
      `approving pipeline ${pipelineId}: it is of stack ${pipeline.stack} in ${pipeline.environment}, not of the one given`,
    );
  await call.client.approvePipeline({ params, body: { planDigest } });
  return followedPipeline(call, pipelineId, seconds);
}
