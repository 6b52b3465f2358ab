import { z } from 'zod';
import {
  type GoogleSku,
  googleSkuSchema,
  machinePartOf,
  machinePrices,
  skuPrice,
  unitKeyOf,
} from './google-skus.ts';
import { open, type PriceSource } from './price-source.ts';
import type { FreshSection } from './refresh-price-book.ts';

/** Service ids of Compute Engine and Cloud SQL. */
const services = ['6F81-5844-456A', '9662-B51E-5089'];

const pageSchema = z.object({
  skus: z.array(googleSkuSchema).default([]),
  nextPageToken: z.string().nullish(),
});

const maxPages = 5000;

type MachineParts = Record<string, Record<string, { Core?: number; Ram?: number }>>;

/**
 * Reads disks, databases and machines from the Cloud Billing catalogue, page by page. It lists cores and
 * memory; the prices of predefined machine types are computed from them.
 * https://cloud.google.com/billing/docs/reference/rest/v1/services.skus/list
 */
export async function readGooglePrices(source: PriceSource & { apiKey: string }): Promise<FreshSection[]> {
  const units: Record<string, Record<string, number>> = {};
  const parts: MachineParts = {};
  for (const service of services) {
    for await (const sku of skusOf(source, service)) {
      const price = skuPrice(sku);
      if (price === null) continue;
      const key = unitKeyOf(sku);
      for (const region of sku.serviceRegions) {
        if (key !== null) units[key] = { ...units[key], [region]: price };
        else addPart(parts, sku, region, price);
      }
    }
  }
  const origin = { source: 'Google Cloud billing catalogue', asOf: source.today };
  return [
    { id: 'google:units', kind: 'units', table: null, ...origin, payload: { units } },
    { id: 'google:vm', kind: 'instances', table: 'google-vm', ...origin, payload: machinesOf(parts) },
  ];
}

async function* skusOf(source: PriceSource & { apiKey: string }, service: string): AsyncGenerator<GoogleSku> {
  let token = '';
  for (let page = 0; page < maxPages; page += 1) {
    const query = new URLSearchParams({
      key: source.apiKey,
      currencyCode: 'USD',
      ...(token === '' ? {} : { pageToken: token }),
    });
    const url = `${source.baseUrl}/v1/services/${service}/skus?${query}`;
    const { skus, nextPageToken } = pageSchema.parse(await (await open(url, source)).json());
    yield* skus;
    if (!nextPageToken) return;
    token = nextPageToken;
  }
}

function addPart(parts: MachineParts, sku: GoogleSku, region: string, price: number): void {
  const found = machinePartOf(sku);
  if (found === null) return;
  const families = parts[region] ?? {};
  families[found.family] = { ...families[found.family], [found.part]: price };
  parts[region] = families;
}

function machinesOf(parts: MachineParts) {
  const byRegion = Object.entries(parts).map(([region, families]) => {
    const prices = Object.entries(families).flatMap(([family, { Core: core, Ram: ram }]) =>
      core === undefined || ram === undefined ? [] : machinePrices(family, core, ram),
    );
    return [region, new Map(prices)] as const;
  });
  const skus = [...new Set(byRegion.flatMap(([, prices]) => [...prices.keys()]))].sort();
  const rows = byRegion.map(([region, prices]) => [region, skus.map((sku) => prices.get(sku) ?? null)]);
  return { skus, regions: Object.fromEntries(rows) };
}
