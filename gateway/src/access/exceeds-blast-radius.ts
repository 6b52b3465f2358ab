import { type BlastRadius, blastRadiusSchema, matchesWildcard } from '@deployment-engine/contracts';

const limits = Object.keys(blastRadiusSchema.shape) as (keyof BlastRadius)[];

/** Returns the limit in which `asked` allows more than `own`, or `undefined` if there is none. */
export function exceedsBlastRadius(
  asked: BlastRadius | null,
  own: BlastRadius | null,
): keyof BlastRadius | undefined {
  return limits.find((limit) => exceeds(asked?.[limit] ?? null, own?.[limit] ?? null));
}

function exceeds(asked: number | string[] | null, own: number | string[] | null): boolean {
  if (own === null) return false;
  if (typeof own === 'number') return typeof asked !== 'number' || asked > own;
  const wanted = Array.isArray(asked) ? asked : ['*'];
  return !wanted.every((text) => own.some((pattern) => matchesWildcard(pattern, text)));
}
