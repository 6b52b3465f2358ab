import type { Call } from '../call/call.ts';
import { startedError } from '../call/started-error.ts';
import type { ToolAnswer } from '../call/tool.ts';
import { waitForPipeline } from '../call/wait.ts';
import { pipelineAnswer } from './pipeline-answer.ts';

/** Waits for a pipeline that was started or approved. If that fails, the answer says that it is there all the same. */
export async function followedPipeline(call: Call, pipelineId: string, seconds: number): Promise<ToolAnswer> {
  try {
    return await pipelineAnswer(call, await waitForPipeline(call, pipelineId, seconds));
  } catch (error) {
    return startedError(
      error,
      { pipelineId },
      `Pipeline ${pipelineId} was started`,
      `call stack_status with pipelineId ${pipelineId}`,
    );
  }
}
