import { type CostConfidence, costConfidences } from '@deployment-engine/contracts';
import { Decimal } from 'decimal.js';

/** Hours per month, as in every cloud's own calculator. */
export const hoursPerMonth = 730;

/** A number with its confidence; `value` is `null` if unknown. */
export type Quantity = {
  value: Decimal | null;
  confidence: CostConfidence;
  note: string | null;
};

export function exactly(value: Decimal.Value): Quantity {
  return { value: new Decimal(value), confidence: 'exact', note: null };
}

export function assumed(value: Decimal.Value, note: string): Quantity {
  return { value: new Decimal(value), confidence: 'assumed', note };
}

export function unknownQuantity(note: string): Quantity {
  return { value: null, confidence: 'unknown', note };
}

const constants = new Map<Decimal.Value, Quantity>();

/** Converts a plain figure to a quantity; cached, because rules repeat a few figures. */
export function asQuantity(value: Quantity | Decimal.Value): Quantity {
  if (typeof value === 'object' && 'confidence' in value) return value;
  if (typeof value === 'object') return exactly(value);
  let constant = constants.get(value);
  if (constant === undefined) {
    constant = exactly(value);
    if (constants.size < 1000) constants.set(value, constant);
  }
  return constant;
}

/** Applies a function to quantities; the result is unknown if any is, else as weak as the weakest. */
export function combine(
  quantities: (Quantity | Decimal.Value)[],
  apply: (...values: Decimal[]) => Decimal,
): Quantity {
  const values: Decimal[] = [];
  let confidence: CostConfidence = 'exact';
  let note: string | null = null;
  for (const entry of quantities) {
    const quantity = asQuantity(entry);
    if (quantity.value === null) return quantity;
    values.push(quantity.value);
    if (quantity.confidence !== 'exact') confidence = weaker(confidence, quantity.confidence);
    if (quantity.note !== null && quantity.note !== note)
      note = note === null ? quantity.note : `${note}; ${quantity.note}`;
  }
  return { value: apply(...values), confidence, note };
}

export function product(...quantities: (Quantity | Decimal.Value)[]): Quantity {
  return combine(quantities, multiply);
}

function multiply(...values: Decimal[]): Decimal {
  let result = values[0] ?? new Decimal(1);
  for (let index = 1; index < values.length; index += 1) {
    const value = values[index] as Decimal;
    if (!value.eq(1)) result = result.eq(1) ? value : result.times(value);
  }
  return result;
}

export function sum(...quantities: (Quantity | Decimal.Value)[]): Quantity {
  return combine(quantities, (...values) => values.reduce((left, right) => left.plus(right), new Decimal(0)));
}

/** Returns the part of a quantity above a free or included amount. */
export function above(quantity: Quantity, included: Quantity | Decimal.Value): Quantity {
  return combine([quantity, included], (value, free) => Decimal.max(value.minus(free), 0));
}

export function weakest(confidences: CostConfidence[]): CostConfidence {
  return confidences.reduce(weaker, 'exact');
}

function weaker(left: CostConfidence, right: CostConfidence): CostConfidence {
  return costConfidences.indexOf(left) >= costConfidences.indexOf(right) ? left : right;
}
