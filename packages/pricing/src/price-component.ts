import type { CostComponent } from '@deployment-engine/contracts';
import { Decimal } from 'decimal.js';
import type { PriceLookup, PriceTier } from './price-book/found-price.ts';
import type { PriceBook } from './price-book/price-book.ts';
import { asQuantity, assumed, product, type Quantity, weakest } from './quantity.ts';
import type { ComponentSpec, PriceQuery } from './resource-module.ts';
import type { ResourceReader } from './resource-reader.ts';

export interface PricedComponent extends Omit<CostComponent, 'unitPrice' | 'monthlyCost' | 'quantity'> {
  quantity: Decimal | null;
  unitPrice: Decimal | null;
  /** USD per month, before discounts. */
  cost: Decimal | null;
}

/** Determines a component's quantity and price, and multiplies them tier by tier. */
export function priceComponent(
  spec: ComponentSpec,
  resource: ResourceReader,
  book: PriceBook,
): PricedComponent {
  const quantity = quantityOf(spec, resource);
  const price = lookUp(spec.price, spec.region ?? resource.region, book);
  const base = {
    name: spec.name,
    group: spec.group ?? null,
    unit: spec.unit,
    usageKey: spec.usageKey ?? null,
    quantity: quantity.value,
  };
  if ('missing' in price) return withoutPrice(base, quantity, price.missing);
  const unitPrice = price.tiers.length === 1 ? (price.tiers[0]?.price ?? null) : null;
  const notes = [quantity.note, price.note].filter((note) => note !== null);
  return {
    ...base,
    unitPrice,
    cost: quantity.value === null ? null : costOf(quantity.value, price.tiers),
    confidence: weakest([quantity.confidence, price.confidence]),
    note: notes.length > 0 ? notes.join('; ') : null,
    priceSection: price.section,
  };
}

/** Returns the cost of a quantity; each tier's price applies from its start to the next tier's. */
export function costOf(quantity: Decimal, tiers: PriceTier[]): Decimal {
  const [only] = tiers;
  if (tiers.length === 1 && only !== undefined) return only.price.times(quantity);
  let cost = new Decimal(0);
  for (const [index, { from, price }] of tiers.entries()) {
    const end = Decimal.min(tiers[index + 1]?.from ?? quantity, quantity);
    if (end.gt(from)) cost = cost.plus(end.minus(from).times(price));
  }
  return cost;
}

/** A quantity of zero costs nothing whatever the price; anything else without a price is unknown. */
function withoutPrice(
  base: Pick<PricedComponent, 'name' | 'group' | 'unit' | 'usageKey' | 'quantity'>,
  quantity: Quantity,
  reason: string,
): PricedComponent {
  const unused = quantity.value?.isZero() ?? false;
  return {
    ...base,
    unitPrice: null,
    cost: unused ? new Decimal(0) : null,
    confidence: unused ? quantity.confidence : 'unknown',
    note: unused ? quantity.note : [quantity.note, reason].filter((note) => note !== null).join('; '),
    priceSection: null,
  };
}

function quantityOf(spec: ComponentSpec, resource: ResourceReader): Quantity {
  if (spec.quantity !== undefined) return asQuantity(spec.quantity);
  const usage = resource.usage(spec.usageKey ?? '') ?? unused(spec.usageKey ?? '');
  const total = spec.times === undefined ? usage : product(usage, spec.times);
  if (spec.per === undefined || total.value === null || total.value.isZero()) return total;
  return { ...total, value: total.value.div(spec.per) };
}

const unusedFigures = new Map<string, Quantity>();

/** A missing usage figure counts as zero, and the result says so. */
function unused(usageKey: string): Quantity {
  const known = unusedFigures.get(usageKey);
  if (known !== undefined) return known;
  const quantity = assumed(0, `no ${usageKey} given, none assumed`);
  if (unusedFigures.size < 1000) unusedFigures.set(usageKey, quantity);
  return quantity;
}

function lookUp(query: PriceQuery, region: string | null, book: PriceBook): PriceLookup {
  if (typeof query === 'string') return book.unit(query, region);
  if ('missing' in query) return { missing: query.missing };
  if ('custom' in query) {
    const { value, confidence, note } = query.custom;
    if (value === null) return { missing: note ?? 'no price given' };
    return { tiers: [{ from: new Decimal(0), price: value }], confidence, note, section: 'usage' };
  }
  if (query.sku === null) return { missing: `the ${query.table} type is not known` };
  const found = book.instance(query.table, query.sku, region);
  if ('missing' in found || query.factor === undefined) return found;
  const factor = query.factor;
  return { ...found, tiers: found.tiers.map(({ from, price }) => ({ from, price: price.times(factor) })) };
}
