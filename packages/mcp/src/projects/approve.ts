import { jobIdSchema } from '@deployment-engine/contracts';
import { z } from 'zod';
import type { Call } from '../call/call.ts';
import { CallError } from '../call/call-error.ts';
import type { ToolAnswer } from '../call/tool.ts';
import { waitForJob } from '../call/wait.ts';
import { jobAnswer } from './job-answer.ts';

/** Fields that name a plan to apply. */
export const approvedJob = {
  jobId: jobIdSchema.optional().describe('The job whose plan the user has approved'),
  planDigest: z.string().optional().describe('Digest of that plan, as it was answered'),
};

type Plan = { jobId: string; planDigest: string };

/**
 * Approves the plan of a job and waits for its end. The tool has the name of the job's type: a caller who may only use the
 * tool for deploys must not start a destroy with it.
 */
export async function approveJob(
  call: Call,
  { jobId, planDigest }: Plan,
  { toolName, seconds }: { toolName: string; seconds: number },
): Promise<ToolAnswer> {
  const { type } = await call.client.status({ params: { jobId } });
  if (type !== toolName)
    throw new CallError(`approving job ${jobId} with ${toolName}: it is a ${type}; call the tool ${type}`);
  await call.client.approveJob({ params: { jobId }, body: { planDigest } });
  return jobAnswer(call, await waitForJob(call, jobId, seconds));
}
