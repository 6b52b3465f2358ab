import { z } from 'zod';
import { type AzureItem, azureItemSchema, azureServices } from './azure-meters.ts';
import { open, type PriceSource } from './price-source.ts';
import type { FreshSection } from './refresh-price-book.ts';

const pageSchema = z.object({ Items: z.array(azureItemSchema), NextPageLink: z.string().nullish() });

/** Protects against a source whose page links form a cycle. */
const maxPages = 5000;

/**
 * Reads pay-as-you-go prices in USD of virtual machines (Linux) and other services from the retail price
 * list, page by page. https://learn.microsoft.com/rest/api/cost-management/retail-prices/azure-retail-prices
 */
export async function readAzurePrices(source: PriceSource, regions: string[]): Promise<FreshSection[]> {
  const machines: Record<string, Record<string, number>> = {};
  const units: Record<string, Record<string, number>> = {};
  for (const region of regions) {
    for await (const item of itemsOf(source, 'Virtual Machines', region)) {
      if (isLinuxHour(item)) entryOf(machines, region)[item.armSkuName] = item.retailPrice;
    }
    for (const [service, keyOf] of Object.entries(azureServices)) {
      for await (const item of itemsOf(source, service, region)) {
        const key = item.tierMinimumUnits === 0 ? keyOf(item) : null;
        if (key !== null && item.retailPrice > 0) entryOf(units, key)[region] = item.retailPrice;
      }
    }
  }
  const skus = [...new Set(Object.values(machines).flatMap((prices) => Object.keys(prices)))].sort();
  const rows = Object.entries(machines).map(([region, prices]) => {
    return [region, skus.map((sku) => prices[sku] ?? null)];
  });
  const origin = { source: 'Azure retail prices', asOf: source.today };
  return [
    {
      id: 'azure:vm',
      kind: 'instances',
      table: 'azure-vm',
      ...origin,
      payload: { skus, regions: Object.fromEntries(rows) },
    },
    { id: 'azure:units', kind: 'units', table: null, ...origin, payload: { units } },
  ];
}

async function* itemsOf(source: PriceSource, service: string, region: string): AsyncGenerator<AzureItem> {
  const filter = `serviceName eq '${service}' and priceType eq 'Consumption' and armRegionName eq '${region}'`;
  let next: string | null = `/api/retail/prices?$filter=${encodeURIComponent(filter)}`;
  for (let page = 0; next !== null && page < maxPages; page += 1) {
    const response = await open(source.baseUrl + next, source);
    const { Items: items, NextPageLink: link }: z.infer<typeof pageSchema> = pageSchema.parse(
      await response.json(),
    );
    for (const item of items) {
      if (item.currencyCode === 'USD' && item.type === 'Consumption') yield item;
    }
    next = link ? pathOf(link) : null;
  }
}

/** Returns the entry of a name; creates an empty one if it is missing. */
function entryOf(entries: Record<string, Record<string, number>>, name: string): Record<string, number> {
  const found = entries[name] ?? {};
  entries[name] = found;
  return found;
}

function isLinuxHour(item: AzureItem): boolean {
  const isSpecial =
    /spot|low priority/i.test(item.meterName) || /windows|cloud services/i.test(item.productName);
  return item.unitOfMeasure === '1 Hour' && !isSpecial && item.armSkuName !== '';
}

/** Follows page links only on the original host. */
function pathOf(link: string): string {
  const { pathname, search } = new URL(link);
  return pathname + search;
}
