import { jobIdSchema, pipelineIdSchema } from '@deployment-engine/contracts';
import { z } from 'zod';
import { CallError } from './call/call-error.ts';
import { maxBytes, records, type Tool, tool } from './call/tool.ts';

export const cancelTool: Tool = tool({
  name: 'cancel',
  title: 'Cancel a job or pipeline',
  description:
    'Drops a plan that waits for approval, or interrupts what is at work: what it has made until then stays.',
  annotations: { ...records, destructiveHint: true, idempotentHint: true },
  input: z.object({
    jobId: jobIdSchema.optional(),
    pipelineId: pipelineIdSchema.optional(),
    maxBytes,
  }),
  async run({ jobId, pipelineId }, call) {
    if ((jobId === undefined) === (pipelineId === undefined))
      throw new CallError('cancelling: give either jobId or pipelineId');
    if (pipelineId !== undefined) {
      await call.client.cancelPipeline({ params: { pipelineId }, body: {} });
      return { says: [`Pipeline ${pipelineId} is being cancelled.`], facts: { pipelineId } };
    }
    const { status } = await call.client.cancelJob({ params: { jobId: jobId ?? '' }, body: {} });
    return { says: [`Job ${jobId} is ${status}.`], facts: { jobId: jobId ?? null, status } };
  },
});
