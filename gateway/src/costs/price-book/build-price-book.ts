/**
 * Builds the embedded price book from collected price facts:
 *
 *     node build-price-book.ts INSTANCE_PRICES_JSON [OUTPUT]
 *
 * The unit prices come from `unit-prices.csv` beside this file, the instance prices from a JSON collection of
 * `{ec2, ec2RegionRatio, azureVm, gcpVm, rds, elasticache}`, each by region and instance, in USD an hour.
 */
import { readFileSync } from 'node:fs';
import { writePriceBook } from './book-file.ts';
import { familyOf, sizeWeight } from './instance-names.ts';
import { embeddedBookPath } from './load-price-book.ts';
import { type BookSection, digest, type SectionHeader, type SectionPayload } from './section.ts';

type ByRegion = Record<string, Record<string, number>>;
interface InstancePrices {
  ec2: ByRegion;
  ec2RegionRatio: ByRegion;
  azureVm: ByRegion;
  gcpVm: ByRegion;
  rds: Record<string, ByRegion>;
  elasticache: ByRegion;
}

const unitSources: Record<string, { source: string; asOf: string }> = {
  'list-prices': {
    source: 'public list prices of AWS, Azure and Google, collected 2024 to 2025',
    asOf: '2024',
  },
  'quoted-prices': { source: 'AWS pricing pages as quoted in public documentation', asOf: '2026' },
  'report-prices': {
    source: 'unit list prices printed in public cost reports of 2025-06-01, some of them rounded to cents',
    asOf: '2025-06-01',
  },
};

const [instancePath, output = embeddedBookPath] = process.argv.slice(2);
if (instancePath === undefined) throw new Error('name the file of collected instance prices');
const collected = JSON.parse(readFileSync(instancePath, 'utf8')) as InstancePrices;
const sections = new Map<string, BookSection>();
addUnits(readFileSync(new URL('unit-prices.csv', import.meta.url), 'utf8'));
addInstances(collected);
writePriceBook(output, '2026-08-03', sections);

function addUnits(csv: string): void {
  const [, ...lines] = csv.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  for (const [id, origin] of Object.entries(unitSources)) {
    const rows = lines.map((line) => line.split(',')).filter(([section]) => section === id) as string[][];
    const units: Record<string, Record<string, number | [number, number][]>> = {};
    const tables: Record<string, ByRegion> = {};
    for (const [, key = '', region = '', from = '', price = ''] of rows) {
      const [table, sku] = key.split('/') as [string, string | undefined];
      if (sku === undefined) addPrice(entryOf(units, key), region, from, Number(price));
      else entryOf(entryOf(tables, table), region)[sku] = Number(price);
    }
    add(id, 'units', null, origin, { units });
    for (const [table, prices] of Object.entries(tables))
      add(`${id}:${table}`, 'instances', table, origin, pack(prices));
  }
}

/** The entry of a key, made empty where there is none yet. */
function entryOf<T>(entries: Record<string, Record<string, T>>, key: string): Record<string, T> {
  const found = entries[key] ?? {};
  entries[key] = found;
  return found;
}

function addPrice(
  prices: Record<string, number | [number, number][]>,
  region: string,
  from: string,
  price: number,
): void {
  if (from === '') prices[region] = price;
  else prices[region] = [...((prices[region] as [number, number][]) ?? []), [Number(from), price]];
}

function addInstances({ ec2, ec2RegionRatio, azureVm, gcpVm, rds, elasticache }: InstancePrices): void {
  // The Chinese partition is priced in CNY, so it has no place among prices in USD.
  const { 'cn-north-1': _, ...ec2Usd } = ec2;
  const ec2Origin = { source: 'karpenter-provider-aws on-demand Linux prices', asOf: '2026-07-20' };
  const ratioOrigin = { source: 'apache/libcloud EC2 prices, lowest ratio per family', asOf: '2023-08-06' };
  const rdsOrigin = { source: 'vantage-sh/ec2instances.info RDS prices', asOf: '2021-08-03' };
  const cacheOrigin = { source: 'vantage-sh/ec2instances.info ElastiCache prices', asOf: '2022-02-13' };
  const azure = mapRegions(azureVm, (sku) => !/type ?\d/i.test(sku));
  add('ec2', 'instances', 'ec2', ec2Origin, pack(ec2Usd));
  add('ec2-region-ratios', 'ratios', 'ec2-ratios', ratioOrigin, { ratios: ec2RegionRatio });
  for (const [engine, prices] of Object.entries(rds)) {
    add(`rds:${engine}`, 'instances', `rds:${engine}`, rdsOrigin, pack(prices));
  }
  add('elasticache', 'instances', 'elasticache', cacheOrigin, pack(withoutReserved(elasticache)));
  add(
    'azure-vm',
    'instances',
    'azure-vm',
    { source: 'karpenter-provider-azure prices', asOf: '2026-06-18' },
    pack(azure),
  );
  add(
    'google-vm',
    'instances',
    'google-vm',
    { source: 'karpenter-provider-gcp prices', asOf: '2026-08-03' },
    pack(gcpVm),
  );
  add(
    'region-ratios',
    'ratios',
    'region-ratios',
    { ...ratioOrigin, source: 'computed from the instance prices of this book' },
    {
      ratios: {
        aws: { ...awsRatios(ec2RegionRatio), ...medianRatios(ec2Usd, 'us-east-1') },
        azure: medianRatios(azure, 'eastus'),
        google: medianRatios(gcpVm, 'us-central1'),
      },
    },
  );
}

function add(
  id: string,
  kind: SectionHeader['kind'],
  table: string | null,
  origin: { source: string; asOf: string },
  payload: SectionPayload,
): void {
  const line = JSON.stringify(payload);
  sections.set(id, { kind, table, ...origin, sha256: digest(line), line });
}

function pack(prices: ByRegion): SectionPayload {
  const skus = [...new Set(Object.values(prices).flatMap((bySku) => Object.keys(bySku)))].sort();
  const regions = Object.entries(prices).map(([region, bySku]): [string, (number | null)[]] => {
    return [region, skus.map((sku) => bySku[sku] ?? null)];
  });
  return { skus, regions: Object.fromEntries(regions) };
}

function mapRegions(prices: ByRegion, keep: (sku: string) => boolean): ByRegion {
  const entries = Object.entries(prices).map(([region, bySku]): [string, Record<string, number>] => {
    return [region, Object.fromEntries(Object.entries(bySku).filter(([sku]) => keep(sku)))];
  });
  return Object.fromEntries(entries);
}

/**
 * The collection of cache nodes mixes prices of reserved nodes, about 0.4 times the list price, into the
 * r5 and m5 families. What lies 30 % below the dearest size of its family, per unit of size, is dropped;
 * the book then derives it from a size that is right.
 */
function withoutReserved(prices: ByRegion): ByRegion {
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

function awsRatios(ratios: ByRegion): Record<string, number> {
  const families = ['c5', 'm5', 'r5', 't3', 'c6g', 'm6g', 'r6g', 'c6i', 'm6i', 'r6i'];
  const regions = new Set(families.flatMap((family) => Object.keys(ratios[family] ?? {})));
  return Object.fromEntries(
    [...regions].map((region) => [
      region,
      median(families.flatMap((family) => ratios[family]?.[region] ?? [])),
    ]),
  );
}

function medianRatios(prices: ByRegion, base: string): Record<string, number> {
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
