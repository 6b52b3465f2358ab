import type { Stoppable } from './stop-reason.ts';

/** Cancels a run on a caller's request: SIGINT now, SIGKILL after the grace period. */
export function cancel(run: Stoppable, graceMs: number): void {
  run.requestStop({ kind: 'cancel', at: Date.now(), graceMs });
}
