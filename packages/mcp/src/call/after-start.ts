import { ApiError } from '@deployment-engine/client';
import type { ToolAnswer } from './tool.ts';

type Started = { of: 'job' | 'pipeline'; id: string };

/**
 * Answers about work that was started or approved. If that fails, the work goes on all the same, so the answer names it and
 * nobody starts it a second time.
 */
export async function afterStart(
  { of, id }: Started,
  answer: () => Promise<ToolAnswer>,
): Promise<ToolAnswer> {
  try {
    return await answer();
  } catch (error) {
    const [name, look] = of === 'job' ? ['jobId', 'status'] : ['pipelineId', 'stack_status'];
    return {
      says: [
        `The ${of} ${id} was started, but could not be followed. Do not start it again: call ${look} with ${name} ${id}.`,
      ],
      facts: { [name]: id, code: error instanceof ApiError ? error.code : null },
      data: { error: (error as Error).message },
      isError: true,
    };
  }
}
