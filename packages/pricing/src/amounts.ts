import { Decimal } from 'decimal.js';

const nothing = new Decimal(0);

/** Converts USD to the response's currency, rounded to 1e-8; sum before rounding. */
export function amount(value: Decimal, rate: Decimal): number {
  if (value.isZero()) return 0;
  return Number((rate.eq(1) ? value : value.times(rate)).toFixed(8));
}

/** Sums all known costs, in USD per month. */
export function total(resources: { cost: Decimal | null }[]): Decimal {
  let sum = nothing;
  for (const { cost } of resources)
    if (cost !== null && !cost.isZero()) sum = sum.isZero() ? cost : sum.plus(cost);
  return sum;
}
