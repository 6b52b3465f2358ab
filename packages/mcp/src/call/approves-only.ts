import { CallError } from './call-error.ts';

/**
 * Throws if a call that approves a plan also gives something to plan with. A plan that was approved is not made anew, so the
 * caller would believe that it has changed it.
 */
export function approvesOnly(id: 'jobId' | 'pipelineId', others: Record<string, unknown>): void {
  const given = Object.keys(others).filter((name) => others[name] !== undefined);
  if (given.length === 0) return;
  throw new CallError(
    `approving a plan: ${given.join(', ')} can't change a plan that exists. Call again with ${id} and planDigest alone to apply it, or without both to plan anew`,
  );
}
