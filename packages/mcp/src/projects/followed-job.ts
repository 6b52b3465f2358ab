import type { Call } from '../call/call.ts';
import { startedError } from '../call/started-error.ts';
import type { ToolAnswer } from '../call/tool.ts';
import { waitForJob } from '../call/wait.ts';
import { jobAnswer } from './job-answer.ts';

/** Waits for a job that was started or approved. If that fails, the answer says that the job is there all the same. */
export async function followedJob(call: Call, jobId: string, seconds: number): Promise<ToolAnswer> {
  try {
    return await jobAnswer(call, await waitForJob(call, jobId, seconds));
  } catch (error) {
    return startedError(error, { jobId }, `Job ${jobId} was started`, `call status with jobId ${jobId}`);
  }
}
