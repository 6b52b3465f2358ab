import { z } from 'zod';
import { open, type PriceSource } from './price-source.ts';
import type { FreshSection } from './refresh-price-book.ts';

/** Compute Engine in the catalogue of services. */
const computeService = '6F81-5844-456A';

const pageSchema = z.object({
  skus: z
    .array(
      z.object({
        description: z.string(),
        category: z.object({ resourceFamily: z.string(), resourceGroup: z.string(), usageType: z.string() }),
        serviceRegions: z.array(z.string()),
        pricingInfo: z.array(
          z.object({
            pricingExpression: z.object({
              usageUnit: z.string(),
              tieredRates: z.array(
                z.object({
                  startUsageAmount: z.number(),
                  unitPrice: z.object({
                    currencyCode: z.string(),
                    units: z.string().default('0'),
                    nanos: z.number(),
                  }),
                }),
              ),
            }),
          }),
        ),
      }),
    )
    .default([]),
  nextPageToken: z.string().nullish(),
});

/** Disk prices of the book by the catalogue's name of their group. */
const diskKeys: Record<string, string> = { PDStandard: 'google.disk.pd-standard', SSD: 'google.disk.pd-ssd' };
const maxPages = 5000;

/**
 * Reads disk prices from the Cloud Billing catalogue page by page. Machine types are sold there as cores and
 * memory, so their prices stay those of the book.
 * https://cloud.google.com/billing/docs/reference/rest/v1/services.skus/list
 */
export async function readGooglePrices(source: PriceSource & { apiKey: string }): Promise<FreshSection> {
  const units: Record<string, Record<string, number>> = {};
  let token = '';
  for (let page = 0; page < maxPages; page += 1) {
    const query = new URLSearchParams({
      key: source.apiKey,
      currencyCode: 'USD',
      ...(token === '' ? {} : { pageToken: token }),
    });
    const url = `${source.baseUrl}/v1/services/${computeService}/skus?${query}`;
    const { skus, nextPageToken } = pageSchema.parse(await (await open(url, source)).json());
    for (const sku of skus) addDisk(units, sku);
    if (!nextPageToken) break;
    token = nextPageToken;
  }
  return {
    id: 'google:disks',
    kind: 'units',
    table: null,
    source: 'Google Cloud billing catalogue',
    asOf: source.today,
    payload: { units },
  };
}

function addDisk(
  units: Record<string, Record<string, number>>,
  sku: z.infer<typeof pageSchema>['skus'][number],
): void {
  const key = diskKeys[sku.category.resourceGroup];
  const expression = sku.pricingInfo[0]?.pricingExpression;
  const price = expression?.tieredRates.at(-1)?.unitPrice;
  const isPlain = /^(Storage PD|SSD backed PD) Capacity( in .*)?$/.test(sku.description);
  if (key === undefined || price === undefined || !isPlain || sku.category.usageType !== 'OnDemand') return;
  if (expression?.usageUnit !== 'GiBy.mo' || price.currencyCode !== 'USD') return;
  const prices = units[key] ?? {};
  for (const region of sku.serviceRegions) prices[region] = Number(price.units) + price.nanos / 1e9;
  units[key] = prices;
}
