import { Decimal } from 'decimal.js';

const nothing = new Decimal(0);

/** USD in the answer's currency, rounded to a hundred-millionth; sums are formed before rounding. */
export function amount(value: Decimal, rate: Decimal): number {
  if (value.isZero()) return 0;
  return Number((rate.eq(1) ? value : value.times(rate)).toFixed(8));
}

/** The sum of all known costs, USD a month. */
export function total(resources: { cost: Decimal | null }[]): Decimal {
  let sum = nothing;
  for (const { cost } of resources)
    if (cost !== null && !cost.isZero()) sum = sum.isZero() ? cost : sum.plus(cost);
  return sum;
}
