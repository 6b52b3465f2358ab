import { afterStart } from '../call/after-start.ts';
import type { Call } from '../call/call.ts';
import type { ToolAnswer } from '../call/tool.ts';
import { waitForJob } from '../call/wait.ts';
import { jobAnswer } from './job-answer.ts';

/** Waits for a job that was started or approved, and answers how it stands. */
export function followedJob(call: Call, jobId: string, seconds: number): Promise<ToolAnswer> {
  return afterStart({ of: 'job', id: jobId }, async () =>
    jobAnswer(call, await waitForJob(call, jobId, seconds)),
  );
}
