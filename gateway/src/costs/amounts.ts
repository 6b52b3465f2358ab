import { Decimal } from 'decimal.js';

/** Amounts leave rounded to a hundred-millionth; sums are formed before rounding. */
export function amount(value: Decimal): number {
  return value.toDecimalPlaces(8).toNumber();
}

/** The sum of all known costs, USD a month. */
export function total(resources: { cost: Decimal | null }[]): Decimal {
  return resources.reduce((sum, { cost }) => sum.plus(cost ?? 0), new Decimal(0));
}
