import { jobIdSchema } from '@deployment-engine/contracts';
import { z } from 'zod';
import type { Call } from '../call/call.ts';
import { CallError } from '../call/call-error.ts';
import type { ToolAnswer } from '../call/tool.ts';
import { followedJob } from './followed-job.ts';

/** Fields that name a plan to apply. */
export const approvedJob = {
  jobId: jobIdSchema.optional().describe('The job whose plan the user has approved'),
  planDigest: z.string().optional().describe('Digest of that plan, as it was answered'),
};

type Plan = { jobId: string; planDigest: string };

/** What the caller says of the plan: a host may have shown that to its user. */
type Claim = { toolName: string; projectId?: string | undefined; seconds: number };

/**
 * Approves the plan of a job and waits for its end. The tool has the name of the job's type: a caller who may only use the
 * tool for deploys must not start a destroy with it.
 */
export async function approveJob(
  call: Call,
  { jobId, planDigest }: Plan,
  { toolName, projectId, seconds }: Claim,
): Promise<ToolAnswer> {
  const job = await call.client.status({ params: { jobId } });
  if (job.type !== toolName)
    throw new CallError(
      `approving job ${jobId} with ${toolName}: it is a ${job.type}; call the tool ${job.type}`,
    );
  if (projectId !== undefined && job.projectId !== projectId)
    throw new CallError(`approving job ${jobId}: it is of project ${job.projectId}, not of ${projectId}`);
  await call.client.approveJob({ params: { jobId }, body: { planDigest } });
  return followedJob(call, jobId, seconds);
}
