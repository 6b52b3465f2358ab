import type { StackLimits } from '@deployment-engine/contracts';

/** Returns the limit in which `asked` allows more than `own`, or `undefined` if there is none. */
export function exceedsStackLimits(
  asked: StackLimits | null,
  own: StackLimits | null,
): keyof StackLimits | undefined {
  if (own === null) return undefined;
  const exceeded = (['maxStacks', 'maxServices', 'maxComponents'] as const).find((limit) =>
    exceeds(asked?.[limit] ?? null, own[limit]),
  );
  return exceeded ?? exceededKinds(asked, own);
}

function exceeds(asked: number | null, own: number | null): boolean {
  return own !== null && (asked === null || asked > own);
}

/** Without `allowedKinds`, kinds of the repository are allowed as well. */
function exceededKinds(asked: StackLimits | null, own: StackLimits): keyof StackLimits | undefined {
  if (own.allowedKinds === null) return undefined;
  const wanted = asked?.allowedKinds ?? null;
  if (wanted === null || !wanted.every((kind) => own.allowedKinds?.includes(kind))) return 'allowedKinds';
  return asked?.repositoryKinds && !own.repositoryKinds ? 'repositoryKinds' : undefined;
}
