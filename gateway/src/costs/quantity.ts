import type { CostConfidence } from '@deployment-engine/contracts';
import { costConfidences } from '@deployment-engine/contracts';
import { Decimal } from 'decimal.js';

/** Hours in a month, the figure every cloud's own calculator uses. */
export const hoursPerMonth = 730;

/** A number together with how it is known; `value` is `null` where it is not known at all. */
export interface Quantity {
  value: Decimal | null;
  confidence: CostConfidence;
  note: string | null;
}

export function exactly(value: Decimal.Value): Quantity {
  return { value: new Decimal(value), confidence: 'exact', note: null };
}

export function assumed(value: Decimal.Value, note: string): Quantity {
  return { value: new Decimal(value), confidence: 'assumed', note };
}

export function unknownQuantity(note: string): Quantity {
  return { value: null, confidence: 'unknown', note };
}

export function asQuantity(value: Quantity | Decimal.Value): Quantity {
  return typeof value === 'object' && 'confidence' in value ? value : exactly(value);
}

/** Applies an exact function to quantities; unknown if any of them is, else as weak as the weakest. */
export function combine(
  quantities: (Quantity | Decimal.Value)[],
  apply: (...values: Decimal[]) => Decimal,
): Quantity {
  const known = quantities.map(asQuantity);
  const missing = known.find((quantity) => quantity.value === null);
  if (missing !== undefined) return missing;
  const notes = [...new Set(known.flatMap((quantity) => quantity.note ?? []))];
  return {
    value: apply(...known.map((quantity) => quantity.value as Decimal)),
    confidence: weakest(known.map((quantity) => quantity.confidence)),
    note: notes.length > 0 ? notes.join('; ') : null,
  };
}

export function product(...quantities: (Quantity | Decimal.Value)[]): Quantity {
  return combine(quantities, (...values) =>
    values.reduce((left, right) => left.times(right), new Decimal(1)),
  );
}

export function sum(...quantities: (Quantity | Decimal.Value)[]): Quantity {
  return combine(quantities, (...values) => values.reduce((left, right) => left.plus(right), new Decimal(0)));
}

/** The part of a quantity above a free or included amount. */
export function above(quantity: Quantity, included: Quantity | Decimal.Value): Quantity {
  return combine([quantity, included], (value, free) => Decimal.max(value.minus(free), 0));
}

export function weakest(confidences: CostConfidence[]): CostConfidence {
  let worst = 0;
  for (const confidence of confidences) worst = Math.max(worst, costConfidences.indexOf(confidence));
  return costConfidences[worst] as CostConfidence;
}
