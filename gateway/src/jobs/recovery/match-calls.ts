import { isDeepStrictEqual } from 'node:util';
import type { JournalCall } from './journal-calls.ts';
import type { PlannedCreation } from './planned-creations.ts';

/**
 * Matches each call with the planned creation that it carried out. The plugin protocol has no addresses, so type and
 * known values decide. If several creations fit, one whose instance key is in values that the plan did not know wins,
 * then the order of `creations`, in which Terraform began them. A wrong match loses nothing: the next plan shows what
 * it would change.
 */
export function matchCalls(
  calls: JournalCall[],
  creations: PlannedCreation[],
): Map<JournalCall, PlannedCreation> {
  const free = new Set(creations);
  const candidates = calls.map((call) => ({
    call,
    fitting: creations.filter((creation) => fits(call, creation)),
  }));
  const matches = new Map<JournalCall, PlannedCreation>();
  for (const { call, fitting } of candidates.toSorted((a, b) => a.fitting.length - b.fitting.length)) {
    const left = fitting.filter((creation) => free.has(creation));
    const best = left.toSorted((a, b) => likeness(call, b) - likeness(call, a))[0];
    if (!best) continue;
    free.delete(best);
    matches.set(call, best);
  }
  return matches;
}

function fits(call: JournalCall, creation: PlannedCreation): boolean {
  if (call.type !== creation.type || call.provider !== creation.provider) return false;
  return Object.entries(creation.values).every(
    ([name, value]) => value === null || isDeepStrictEqual(sorted(call.planned[name]), sorted(value)),
  );
}

/** Sorts lists, as sets have no order and the two sides may list them differently. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value))
    return value.map(sorted).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, sorted(item)]));
}

/** Counts values unknown in the plan that contain the instance's key as a word, for example `subnet-3` for `[3]`. */
function likeness(call: JournalCall, { key, values }: PlannedCreation): number {
  if (key === null) return 0;
  const found = Object.entries(call.planned).filter(([name]) => !Object.hasOwn(values, name));
  return found.filter(([, value]) => wordsOf(value).has(String(key))).length;
}

function wordsOf(value: unknown): Set<string> {
  return new Set((JSON.stringify(value) ?? '').match(/[A-Za-z0-9]+/g));
}
