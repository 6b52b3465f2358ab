import type { BlastRadius } from '@deployment-engine/contracts';
import { matchesWildcard } from '../policy/wildcard.ts';

/** The limit in which `asked` lets more pass than `own`; `undefined` where it is within it. */
export function exceedsBlastRadius(
  asked: BlastRadius | null,
  own: BlastRadius | null,
): keyof BlastRadius | undefined {
  if (!own) return undefined;
  for (const limit of ['maxDeletions', 'maxReplacements'] as const)
    if ((asked?.[limit] ?? Number.POSITIVE_INFINITY) > (own[limit] ?? Number.POSITIVE_INFINITY)) return limit;
  for (const limit of ['resourceTypes', 'regions'] as const) {
    const allowed = own[limit];
    const wanted = asked?.[limit] ?? ['*'];
    if (allowed && !wanted.every((text) => allowed.some((pattern) => matchesWildcard(pattern, text))))
      return limit;
  }
  return undefined;
}
