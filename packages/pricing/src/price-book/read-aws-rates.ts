import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Decimal } from 'decimal.js';
import { z } from 'zod';
import { type RateName, rateNames } from './aws-rate-names.ts';
import { awsRegions, cloudfrontPlaces, shieldPlaces } from './aws-regions.ts';
import { s3RateNames } from './aws-s3-rate-names.ts';

const rateFileSchema = z.object({
  manifest: z.object({ hawkFilePublicationDate: z.string() }),
  regions: z.record(z.string(), z.record(z.string(), z.object({ price: z.string() }))),
});
type RateFile = z.infer<typeof rateFileSchema>;

export type UnitPrices = Record<string, Record<string, number | [number, number][]>>;

export type ServiceRates = {
  service: string;
  /** When AWS published the file, `YYYY-MM-DD`. */
  asOf: string;
  units: UnitPrices;
  /** Hourly price by instance table, region and entry. */
  tables: Record<string, Record<string, Record<string, number>>>;
};

/**
 * Reads AWS's public rate files, the data behind its pricing pages: one `SERVICE.json` per service in
 * `directory`, with rates by region and name.
 */
export function readAwsRates(directory: string): ServiceRates[] {
  const names = [...rateNames, ...s3RateNames];
  const services = [...new Set([...names.map(({ service }) => service), ...Object.keys(instanceNames)])];
  return services.map((service) => {
    const text = readFileSync(join(directory, `${service}.json`), 'utf8');
    const file = rateFileSchema.parse(JSON.parse(text));
    const units: UnitPrices = service === 'cloudfront' ? edgeRates(file) : {};
    for (const rate of names.filter((entry) => entry.service === service)) {
      units[rate.key] = compact(pricesOf(file, rate));
    }
    return {
      service,
      asOf: file.manifest.hawkFilePublicationDate.slice(0, 10),
      units,
      tables: tablesOf(service, file),
    };
  });
}

function pricesOf(file: RateFile, { key, name, per = 1 }: RateName): UnitPrices[string] {
  const prices: UnitPrices[string] = {};
  for (const [location, rates] of Object.entries(file.regions)) {
    const region = awsRegions[location];
    if (region === undefined) continue;
    const price = typeof name === 'string' ? priceOf(rates, name, per) : tiersOf(rates, name, per);
    if (price !== null) prices[region] = price;
  }
  if (Object.keys(prices).length === 0) throw new Error(`reading the AWS rates: no rate for ${key}`);
  return prices;
}

function tiersOf(
  rates: RateFile['regions'][string],
  tiers: [number, string][],
  per: number,
): [number, number][] | null {
  const priced = tiers.map(([from, name]): [number, number | null] => [from, priceOf(rates, name, per)]);
  return priced.some(([, price]) => price === null) ? null : (priced as [number, number][]);
}

function priceOf(rates: RateFile['regions'][string], name: string, per: number): number | null {
  const rate = rates[name];
  return rate === undefined ? null : new Decimal(rate.price).times(per).toNumber();
}

/** Merges the prices of all regions into one if they are equal. */
function compact(prices: UnitPrices[string]): UnitPrices[string] {
  const [first, ...others] = Object.values(prices).map((price) => JSON.stringify(price));
  const isSame = others.every((price) => price === first);
  return isSame && others.length !== 0 ? { any: Object.values(prices)[0] as number } : prices;
}

/** CloudFront requests are priced by the edge's continent, origin shields by region. */
function edgeRates(file: RateFile): UnitPrices {
  const units: UnitPrices = {};
  for (const [place, location] of Object.entries(cloudfrontPlaces)) {
    const rates = file.regions[location] ?? {};
    for (const kind of ['HTTP', 'HTTPS']) {
      const price = priceOf(rates, `Request ${kind} Methods`, 10_000);
      if (price !== null) units[`aws.cloudfront.${kind.toLowerCase()}.${place}`] = { any: price };
    }
  }
  for (const [place, location] of Object.entries(shieldPlaces)) {
    const rates = file.regions[location] ?? {};
    const price = priceOf(rates, 'CloudFront Request-Origin-Shield Origin Shield Requests', 10_000);
    if (price !== null) units[`aws.cloudfront.shield.${place}`] = { any: price };
  }
  const encryption = priceOf(
    file.regions['United States'] ?? {},
    'HTTPS Proxy requests with Field Level Encryption',
    10_000,
  );
  if (encryption !== null) units['aws.cloudfront.encryption'] = { any: encryption };
  return units;
}

/** Instance table of a rate, and name of its entry. */
const instanceNames: Record<string, [table: string, pattern: RegExp, entry: (name: string) => string]> = {
  redshift: ['redshift', /^(\w+ \w+) OnDemand Compute Instance/, (name) => name.replace(' ', '.')],
  neptune: ['neptune', /^Neptune \w+ \w+ Current Generation (db [\w.]+)$/, (name) => name.replace(' ', '.')],
  msk: ['msk', /^RunBroker ([\w.]+)$/, (name) => `kafka.${name}`],
};

function tablesOf(service: string, file: RateFile): ServiceRates['tables'] {
  const [table, pattern, entry] = instanceNames[service] ?? [];
  if (table === undefined || pattern === undefined || entry === undefined) return {};
  const byRegion: ServiceRates['tables'][string] = {};
  for (const [location, rates] of Object.entries(file.regions)) {
    const region = awsRegions[location];
    if (region === undefined) continue;
    const prices = Object.entries(rates).flatMap(([name, { price }]): [string, number][] => {
      const found = pattern.exec(name)?.[1];
      return found === undefined ? [] : [[entry(found), Number(price)]];
    });
    if (prices.length > 0) byRegion[region] = Object.fromEntries(prices);
  }
  return { [table]: byRegion };
}
