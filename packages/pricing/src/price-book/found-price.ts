import type { CostConfidence } from '@deployment-engine/contracts';
import { Decimal } from 'decimal.js';

export type PriceTier = {
  /** Monthly quantity at which the price begins. */
  from: Decimal;
  price: Decimal;
};

export type FoundPrice = {
  tiers: PriceTier[];
  confidence: CostConfidence;
  note: string | null;
  section: string;
};

export type PriceLookup = FoundPrice | { missing: string };

export function priceOf(price: FoundPrice): Decimal {
  return price.tiers[0]?.price ?? new Decimal(0);
}

export function derived(base: FoundPrice, ratio: Decimal.Value, note: string): FoundPrice {
  const notes = base.note === null ? note : `${base.note}; ${note}`;
  const tiers = base.tiers.map(({ from, price }) => ({ from, price: price.times(ratio) }));
  return { tiers, confidence: 'derived', note: notes, section: base.section };
}

export function found(
  value: number | [number, number][],
  confidence: CostConfidence,
  note: string | null,
  section: string,
  ratio: Decimal.Value = 1,
): FoundPrice {
  const tiers = typeof value === 'number' ? [[0, value] as [number, number]] : value;
  return {
    tiers: tiers.map(([from, price]) => ({
      from: new Decimal(from),
      price: new Decimal(price).times(ratio),
    })),
    confidence,
    note,
    section,
  };
}
