import { ApiError } from '@deployment-engine/client';
import type { ToolAnswer } from './tool.ts';

/** Answers for work that goes on although it could not be followed, so that nobody starts it a second time. */
export function startedError(
  error: unknown,
  id: Record<string, string>,
  started: string,
  next: string,
): ToolAnswer {
  const code = error instanceof ApiError ? error.code : null;
  return {
    says: [`${started}, but could not be followed. Do not start it again: ${next}.`],
    facts: { ...id, code },
    data: { error: (error as Error).message },
    isError: true,
  };
}
