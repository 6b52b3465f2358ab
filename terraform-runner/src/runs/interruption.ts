import type { RunOutcome } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { Run } from './run.ts';

/** How a run ends after an error that none of its steps has handled; `undefined` where it goes on without this runner. */
export function outcomeOfCrash(run: Run, error: unknown): RunOutcome | undefined {
  if (run.abandon.signal.aborted) return undefined;
  run.context.logger.error('working on a run', { runId: run.record.runId, error });
  const full = (error as NodeJS.ErrnoException).code === 'ENOSPC';
  const known = error instanceof DomainError ? error.message : undefined;
  const unknown = 'the runner met an unexpected error; its log has the detail';
  const message = full ? 'the disk is full' : (known ?? unknown);
  return { kind: 'failed', step: run.record.step ?? 'prepare', exitCode: null, message };
}

/** How a run ends that a restarted runner cannot go on with. */
export function outcomeOfLostRequest(run: Run): RunOutcome {
  const message = 'the runner restarted and its copy of the request is gone';
  return { kind: 'interrupted', step: run.record.step ?? 'prepare', message };
}
