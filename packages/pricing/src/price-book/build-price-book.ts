/**
 * Builds the embedded price book from collected price facts:
 *
 *     node build-price-book.ts INSTANCE_PRICES_JSON AWS_RATES_DIRECTORY [OUTPUT]
 *
 * The unit prices come from AWS's public rate files, or from `unit-prices.csv` if they are missing there. The
 * instance prices come from a JSON collection of `{ec2, ec2RegionRatio, azureVm, gcpVm, rds, elasticache}`,
 * each by region and instance, in USD per hour.
 */

import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { writePriceBook } from './book-file.ts';
import {
  awsRatios,
  type ByRegion,
  mapRegions,
  medianRatios,
  pack,
  withoutReserved,
} from './instance-tables.ts';
import { embeddedBookPath } from './load-price-book.ts';
import { readAwsRates } from './read-aws-rates.ts';
import { type BookSection, digest, type SectionHeader, type SectionPayload } from './section.ts';

type InstancePrices = {
  ec2: ByRegion;
  ec2RegionRatio: ByRegion;
  azureVm: ByRegion;
  gcpVm: ByRegion;
  rds: Record<string, ByRegion>;
  elasticache: ByRegion;
};

/** Origin of the rate files. */
const ratesSource =
  'rate files of the AWS pricing pages, kept in lamngockhuong/aws-price at 508fb45296c89efe38772babd7ec766644629267';

const unitSources: Record<string, { source: string; asOf: string }> = {
  'list-prices': {
    source: 'public list prices of AWS, Azure and Google, collected 2024 to 2025',
    asOf: '2024',
  },
  'azure-retail': {
    source:
      'Azure retail prices of westus, kept in jokamotonpi/azure-price-mirror at 2129dd59f2ca435dc0d35ccbad80b31e06e728f9',
    asOf: '2026-08',
  },
  'google-catalogue': {
    source:
      'Google Cloud billing catalogue, as read by Cyclenerd/google-cloud-pricing-cost-calculator, pricing.yml at 0166a59ebba7c36f2cc8c931d9f258dcebc44776',
    asOf: '2025-03-06',
  },
  'quoted-prices': {
    source: 'pricing pages of AWS, Azure and Google as quoted in public documentation',
    asOf: '2026',
  },
};

const [instancePath, ratesDirectory, output = embeddedBookPath] = process.argv.slice(2);
if (instancePath === undefined || ratesDirectory === undefined)
  throw new Error('name the file of collected instance prices and the folder of AWS rate files');
const collected = JSON.parse(readFileSync(instancePath, 'utf8')) as InstancePrices;
const sections = new Map<string, BookSection>();
addAwsRates(ratesDirectory);
addUnits(readFileSync(new URL('unit-prices.csv', import.meta.url), 'utf8'));
addInstances(collected);
writePriceBook(output, '2026-08-03', sections);

/** Added first, so that they override older collections of the same prices. */
function addAwsRates(directory: string): void {
  for (const { service, asOf, units, tables } of readAwsRates(directory)) {
    const origin = { source: `${ratesSource}, ${service}.json`, asOf };
    if (Object.keys(units).length > 0) add(`aws-rates:${service}`, 'units', null, origin, { units });
    for (const [table, prices] of Object.entries(tables)) {
      add(`aws-rates:${table}-instances`, 'instances', table, origin, pack(prices));
    }
  }
}

function addUnits(csv: string): void {
  const [, ...lines] = parse(csv, { comment: '#', comment_no_infix: true, skip_empty_lines: true });
  for (const [id, origin] of Object.entries(unitSources)) {
    const rows = lines.filter(([section]) => section === id);
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

/** Returns the entry of a key; creates an empty one if it is missing. */
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
  // The Chinese partition is priced in CNY, so it does not belong among prices in USD.
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
