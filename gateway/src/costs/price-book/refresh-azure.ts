import { z } from 'zod';
import { open, type PriceSource } from './price-source.ts';
import type { FreshSection } from './refresh-price-book.ts';

const pageSchema = z.object({
  Items: z.array(
    z.object({
      currencyCode: z.string(),
      retailPrice: z.number(),
      armRegionName: z.string(),
      armSkuName: z.string(),
      productName: z.string(),
      meterName: z.string(),
      unitOfMeasure: z.string(),
      type: z.string(),
    }),
  ),
  NextPageLink: z.string().nullish(),
});

/** A guard against a source that links its pages in a circle. */
const maxPages = 5000;

/**
 * Reads the virtual machines of the retail price list page by page: Linux, pay as you go.
 * https://learn.microsoft.com/rest/api/cost-management/retail-prices/azure-retail-prices
 */
export async function readAzurePrices(source: PriceSource, regions: string[]): Promise<FreshSection> {
  const byRegion = new Map<string, Map<string, number>>();
  for (const region of regions) {
    const filter = `serviceName eq 'Virtual Machines' and priceType eq 'Consumption' and armRegionName eq '${region}'`;
    let next: string | null = `/api/retail/prices?$filter=${encodeURIComponent(filter)}`;
    for (let page = 0; next !== null && page < maxPages; page += 1) {
      const { Items: items, NextPageLink: link } = pageSchema.parse(
        await (await open(source.baseUrl + next, source)).json(),
      );
      for (const item of items) {
        if (isLinuxHour(item)) {
          byRegion.set(region, (byRegion.get(region) ?? new Map()).set(item.armSkuName, item.retailPrice));
        }
      }
      next = link ? pathOf(link) : null;
    }
  }
  const skus = [...new Set([...byRegion.values()].flatMap((prices) => [...prices.keys()]))].sort();
  const rows = [...byRegion].map(([region, prices]) => [region, skus.map((sku) => prices.get(sku) ?? null)]);
  return {
    id: 'azure:vm',
    kind: 'instances',
    table: 'azure-vm',
    source: 'Azure retail prices',
    asOf: source.today,
    payload: { skus, regions: Object.fromEntries(rows) },
  };
}

function isLinuxHour(item: z.infer<typeof pageSchema>['Items'][number]): boolean {
  const isSpecial =
    /spot|low priority/i.test(item.meterName) || /windows|cloud services/i.test(item.productName);
  return (
    item.currencyCode === 'USD' &&
    item.unitOfMeasure === '1 Hour' &&
    item.type === 'Consumption' &&
    !isSpecial &&
    item.armSkuName !== ''
  );
}

/** Pages are followed on the host that was asked, wherever the link points. */
function pathOf(link: string): string {
  const { pathname, search } = new URL(link);
  return pathname + search;
}
