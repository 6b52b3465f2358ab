import type { StateVersion } from '../states/store.ts';
import type { StoredPlan } from './store.ts';

/** Whether a plan was made from this state version; without a version, whether it was made from no state. */
export function madeFrom(
  plan: Pick<StoredPlan, 'stateSerial' | 'stateLineage'>,
  version: Pick<StateVersion, 'serial' | 'lineage'> | undefined,
): boolean {
  if (!version) return plan.stateSerial === null || plan.stateSerial === 0;
  return plan.stateSerial === version.serial && plan.stateLineage === version.lineage;
}
