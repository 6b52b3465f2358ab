import type { AuditFacts } from '@deployment-engine/contracts';
import { engineFacts } from '../../http/call.ts';
import type { Metrics } from '../../server/metrics.ts';
import { lockKey, type PipelineRow } from '../rows.ts';

/** A step has taken a pipeline's scope, or given it back. */
export type LockNote = { action: 'acquireLock' | 'releaseLock'; pipeline: PipelineRow; seconds: number };

/** Returns the note with the time since a moment: of the request, or of taking the scope. */
export function lockNote(action: LockNote['action'], pipeline: PipelineRow, since: Date): LockNote {
  return { action, pipeline, seconds: Math.max(0, (Date.now() - since.getTime()) / 1000) };
}

export function lockFacts({ action, pipeline, seconds }: LockNote): AuditFacts {
  const { id, stack, environment, created_by: holder } = pipeline;
  const time = {
    [action === 'acquireLock' ? 'waitedSeconds' : 'heldSeconds']: Math.round(seconds * 1000) / 1000,
  };
  const detail = { stack, environment, pipeline: id, lock: lockKey(pipeline), holder, ...time };
  return engineFacts(action, { project: `${stack}.${environment}`, job: id, detail });
}

/** Counts what a step has committed. */
export function measureLock(metrics: Metrics, { action, pipeline, seconds }: LockNote): void {
  const scope = pipeline.component ? 'component' : pipeline.service ? 'service' : 'stack';
  if (action === 'releaseLock') {
    metrics.stackLockHeld.observe({ scope }, seconds);
    return;
  }
  metrics.stackLocksAcquired.inc({ scope });
  metrics.stackLockWait.observe({ scope }, seconds);
}
