import type { CostCategory } from '@deployment-engine/contracts';

/** Returns the discount in percent: by type, else by longest prefix with `*`, else by category. */
export function discountOf(discounts: Record<string, number>, type: string, category: CostCategory): number {
  const own = discounts[type];
  if (own !== undefined) return own;
  const prefixes = Object.entries(discounts)
    .filter(([key]) => key.endsWith('*') && type.startsWith(key.slice(0, -1)))
    .toSorted(([left], [right]) => right.length - left.length);
  return prefixes[0]?.[1] ?? discounts[category] ?? 0;
}
