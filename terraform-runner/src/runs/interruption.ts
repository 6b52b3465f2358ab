import type { RunOutcome } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { Run } from './run.ts';

/** Returns how a run ends after an unhandled error; `undefined` if it continues without this runner. */
export function outcomeOfCrash(run: Run, error: unknown): RunOutcome | undefined {
  if (run.abandon.signal.aborted) return undefined;
  run.context.logger.error('working on a run', { runId: run.record.runId, error });
  const full = (error as NodeJS.ErrnoException).code === 'ENOSPC';
  const known = error instanceof DomainError ? error.message : undefined;
  const unknown = 'the runner met an unexpected error; its log has the detail';
  const message = full ? 'the disk is full' : (known ?? unknown);
  return { kind: 'failed', step: run.record.step ?? 'prepare', exitCode: null, message };
}

/** Returns the outcome of a run that a restarted runner cannot continue. */
export function outcomeOfLostRequest(run: Run): RunOutcome {
  const message = 'the runner restarted and its copy of the request is gone';
  return { kind: 'interrupted', step: run.record.step ?? 'prepare', message };
}
