import type { Decision } from './call/approval.ts';
import type { Call } from './call/call.ts';
import type { ToolAnswer } from './call/tool.ts';
import { approveJob } from './projects/approve.ts';
import { approvePipeline } from './stacks/approve.ts';

/** Does what the user has decided about a plan. A plan that was not approved goes on waiting. */
export async function decided(
  call: Call,
  { toolName, seconds }: { toolName: string; seconds: number },
  { of, id, planDigest, isApproved }: Decision,
): Promise<ToolAnswer> {
  if (!isApproved)
    return {
      says: [`The user has not approved the plan of ${of} ${id}. It goes on waiting; cancel drops it.`],
      facts: { of, id, planDigest, isApproved },
    };
  return of === 'job'
    ? approveJob(call, { jobId: id, planDigest }, { toolName, seconds })
    : approvePipeline(call, { pipelineId: id, planDigest }, { toolName, seconds });
}
