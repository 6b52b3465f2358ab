import { afterStart } from '../call/after-start.ts';
import type { Call } from '../call/call.ts';
import type { ToolAnswer } from '../call/tool.ts';
import { waitForPipeline } from '../call/wait.ts';
import { pipelineAnswer } from './pipeline-answer.ts';

/** Waits for a pipeline that was started or approved, and answers how it stands. */
export function followedPipeline(call: Call, pipelineId: string, seconds: number): Promise<ToolAnswer> {
  return afterStart({ of: 'pipeline', id: pipelineId }, async () =>
    pipelineAnswer(call, await waitForPipeline(call, pipelineId, seconds)),
  );
}
