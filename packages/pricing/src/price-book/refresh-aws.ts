import { Decimal } from 'decimal.js';
import { type OfferRow, unitOf } from './aws-offer-units.ts';
import { rdsEngine } from './aws-rds-engines.ts';
import { open, type PriceSource, rowsOf } from './price-source.ts';
import type { FreshSection } from './refresh-price-book.ts';

/** Offers that are the same everywhere and have no regional list. */
const globalOffers = ['AmazonRoute53'];

export const awsOffers = [
  'AmazonEC2',
  'AmazonRDS',
  'AmazonElastiCache',
  'AmazonRedshift',
  'AmazonVPC',
  'AWSELB',
  'AmazonS3',
  'AWSLambda',
  'AmazonDynamoDB',
  'AWSQueueService',
  'AmazonSNS',
  'AmazonCloudWatch',
  'awskms',
  'AWSSecretsManager',
  'AmazonEFS',
  'AmazonEKS',
  'AmazonECS',
  ...globalOffers,
];

const ec2Tables: Record<string, string> = {
  'Linux/Shared': 'ec2',
  'Linux/Dedicated': 'ec2-dedicated',
  'Windows/Shared': 'ec2-windows',
};

/** Returns table and entry of an hourly on-demand row of an offer; `null` for other rows. */
const entryOf: Record<string, (row: OfferRow) => [table: string, sku: string] | null> = {
  AmazonEC2: (row) => {
    const isPlain = row('CapacityStatus') === 'Used' && row('Pre Installed S/W') === 'NA';
    if (!isPlain || row('License Model') !== 'No License required') return null;
    const table = ec2Tables[`${row('Operating System')}/${row('Tenancy')}`];
    return table === undefined ? null : [table, row('Instance Type')];
  },
  AmazonRDS: (row) => {
    const engine = rdsEngine(row('Database Engine'), row('Database Edition'), row('License Model'));
    if (engine === null || row('Deployment Option') !== 'Single-AZ') return null;
    return [`rds:${engine}`, row('Instance Type')];
  },
  AmazonElastiCache: (row) => {
    return row('Cache Engine') === 'Redis' ? ['elasticache', row('Instance Type')] : null;
  },
  AmazonRedshift: (row) => {
    return row('Product Family') === 'Compute Instance' ? ['redshift', row('Instance Type')] : null;
  },
};

type OfferPrices = {
  tables: Map<string, Map<string, number>>;
  /** Price of each tier by its start quantity. */
  units: Map<string, Map<number, number>>;
};

/**
 * Streams the CSV edition of an offer's regional price list: `name,value` pairs with the publication date, a
 * header, then one row per price.
 * https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/price-changes.html
 */
export async function readAwsOffer(
  source: PriceSource,
  offer: string,
  region: string,
): Promise<FreshSection[]> {
  const place = globalOffers.includes(offer) ? 'any' : region;
  const path = place === 'any' ? 'index.csv' : `${region}/index.csv`;
  const url = `${source.baseUrl}/offers/v1.0/aws/${offer}/current/${path}`;
  const prices: OfferPrices = { tables: new Map(), units: new Map() };
  let columns: Map<string, number> | null = null;
  let asOf = source.today;
  for await (const fields of rowsOf(await open(url, source))) {
    if (columns === null) {
      if (fields[0] === 'Publication Date') asOf = (fields[1] ?? asOf).slice(0, 10);
      if (fields[0] === 'SKU') columns = new Map(fields.map((name, index) => [name, index]));
      continue;
    }
    const positions = columns;
    add(prices, (name) => fields[positions.get(name) ?? -1] ?? '', offer);
  }
  if (columns === null) throw new Error(`reading ${url}: no header line`);
  return sectionsOf(prices, { offer, place, asOf });
}

function add({ tables, units }: OfferPrices, row: OfferRow, offer: string): void {
  if (row('TermType') !== 'OnDemand' || row('Currency') !== 'USD') return;
  const price = row('PricePerUnit');
  if (!(Number(price) > 0)) return;
  const unit = unitOf(offer, row);
  if (unit !== null) {
    const tier: [number, number] = [
      Number(row('StartingRange') || 0) / unit.per,
      new Decimal(price).times(unit.per).toNumber(),
    ];
    const tiers = units.get(unit.key) ?? new Map<number, number>();
    units.set(unit.key, tiers.set(...tier));
    return;
  }
  const [table, sku] = (row('Unit') === 'Hrs' ? entryOf[offer]?.(row) : null) ?? [];
  if (table === undefined || sku === undefined || sku === '') return;
  const prices = tables.get(table) ?? new Map<string, number>();
  tables.set(table, prices.set(sku, Number(price)));
}

function sectionsOf(
  { tables, units }: OfferPrices,
  { offer, place, asOf }: { offer: string; place: string; asOf: string },
): FreshSection[] {
  const source = `AWS price list ${offer} ${place}`;
  const instances = [...tables].map(([table, prices]): FreshSection => {
    const payload = { skus: [...prices.keys()], regions: { [place]: [...prices.values()] } };
    return { id: `aws:${table}:${place}`, kind: 'instances', table, source, asOf, payload };
  });
  if (units.size === 0) return instances;
  const entries = [...units].map(([key, tiers]) => [key, { [place]: unitPrice(tiers) }]);
  const payload = { units: Object.fromEntries(entries) };
  return [...instances, { id: `aws:${offer}:${place}`, kind: 'units', table: null, source, asOf, payload }];
}

/** Sorts the tiers. Free quantities of an account are ignored, so the first price applies from 0. */
function unitPrice(tiers: Map<number, number>): number | [number, number][] {
  const [first, ...later] = [...tiers].toSorted(([left], [right]) => left - right);
  const price = first?.[1] ?? 0;
  return later.length === 0 ? price : [[0, price], ...later];
}
