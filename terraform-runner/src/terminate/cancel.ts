import type { Stoppable } from './stop-reason.ts';

/** A caller has asked for the end: SIGINT now, SIGKILL after the grace. */
export function cancel(run: Stoppable, graceMs: number): void {
  run.requestStop({ kind: 'cancel', at: Date.now(), graceMs });
}
