import type { Stoppable } from './stop-reason.ts';

/** Enough for Terraform to finish what it is creating and to write its state. */
const graceMs = 20_000;

/** Ends a run that the runner cannot continue, for example because the disk is full. */
export function failRun(run: Stoppable, message: string): void {
  run.requestStop({ kind: 'failure', at: Date.now(), graceMs, message });
}
