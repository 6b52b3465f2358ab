import { familyOf, sizeWeight } from './instance-names.ts';
import type { SectionPayload } from './section.ts';

/** Hourly prices by region and entry. */
export type ByRegion = Record<string, Record<string, number>>;

export function pack(prices: ByRegion): SectionPayload {
  const skus = [...new Set(Object.values(prices).flatMap((bySku) => Object.keys(bySku)))].sort();
  const regions = Object.entries(prices).map(([region, bySku]): [string, (number | null)[]] => {
    return [region, skus.map((sku) => bySku[sku] ?? null)];
  });
  return { skus, regions: Object.fromEntries(regions) };
}

export function mapRegions(prices: ByRegion, keep: (sku: string) => boolean): ByRegion {
  const entries = Object.entries(prices).map(([region, bySku]): [string, Record<string, number>] => {
    return [region, Object.fromEntries(Object.entries(bySku).filter(([sku]) => keep(sku)))];
  });
  return Object.fromEntries(entries);
}

/**
 * Drops prices more than 30 % below the highest of their family, per unit of size. The collection of cache
 * nodes mixes prices of reserved nodes, about 0.4 times the list price, into the r5 and m5 families. The book
 * then derives the dropped prices from other sizes.
 */
export function withoutReserved(prices: ByRegion): ByRegion {
  const perUnit = (sku: string, price: number) => price / (sizeWeight(sku) ?? 1);
  return Object.fromEntries(
    Object.entries(prices).map(([region, bySku]) => {
      const dearest: Record<string, number> = {};
      for (const [sku, price] of Object.entries(bySku)) {
        dearest[familyOf(sku)] = Math.max(dearest[familyOf(sku)] ?? 0, perUnit(sku, price));
      }
      const right = Object.entries(bySku).filter(([sku, price]) => {
        return !/\.(m5|r5)\./.test(sku) || perUnit(sku, price) > 0.7 * (dearest[familyOf(sku)] as number);
      });
      return [region, Object.fromEntries(right)];
    }),
  );
}

export function awsRatios(ratios: ByRegion): Record<string, number> {
  const families = ['c5', 'm5', 'r5', 't3', 'c6g', 'm6g', 'r6g', 'c6i', 'm6i', 'r6i'];
  const regions = new Set(families.flatMap((family) => Object.keys(ratios[family] ?? {})));
  return Object.fromEntries(
    [...regions].map((region) => [
      region,
      median(families.flatMap((family) => ratios[family]?.[region] ?? [])),
    ]),
  );
}

export function medianRatios(prices: ByRegion, base: string): Record<string, number> {
  const reference = prices[base] ?? {};
  return Object.fromEntries(
    Object.entries(prices).map(([region, bySku]) => {
      const ratios = Object.entries(bySku).flatMap(([sku, price]) => {
        const there = reference[sku];
        return there === undefined || there === 0 ? [] : [price / there];
      });
      return [region, median(ratios)];
    }),
  );
}

function median(values: number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return Number((sorted[sorted.length >> 1] ?? 1).toFixed(4));
}
