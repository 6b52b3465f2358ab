import { z } from 'zod';

/** One SKU of the billing catalogue. */
export const googleSkuSchema = z.object({
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
});
export type GoogleSku = z.infer<typeof googleSkuSchema>;

const gibMonth = 'GiBy.mo';

/** Unit prices of the book by their description in the catalogue, with the unit of sale. */
const unitSkus: [description: RegExp, unit: string, key: string][] = [
  [/^Storage PD Capacity( in .*)?$/, gibMonth, 'google.disk.pd-standard'],
  [/^SSD backed PD Capacity( in .*)?$/, gibMonth, 'google.disk.pd-ssd'],
  [/^Balanced PD Capacity( in .*)?$/, gibMonth, 'google.disk.pd-balanced'],
  [/^Extreme PD Capacity( in .*)?$/, gibMonth, 'google.disk.pd-extreme'],
  [/^Cloud SQL for MySQL: Zonal - vCPU in .*$/, 'h', 'google.sql.vcpu'],
  [/^Cloud SQL for MySQL: Zonal - RAM in .*$/, 'GiBy.h', 'google.sql.memory'],
  [/^Cloud SQL for MySQL: Zonal - Standard storage in .*$/, gibMonth, 'google.sql.ssd'],
];

/** Families sold as cores and memory, by the words before ` Instance Core` and ` Instance Ram`. */
const familyNames: Record<string, string> = {
  E2: 'e2',
  N2: 'n2',
  'N2D AMD': 'n2d',
  'N1 Predefined': 'n1',
};

/** Returns the machine family and part that a SKU prices, or `null`. */
export function machinePartOf({ description }: GoogleSku): { family: string; part: 'Core' | 'Ram' } | null {
  const [, name = '', part] = /^(.+) Instance (Core|Ram) running in .*$/.exec(description) ?? [];
  const family = familyNames[name];
  return family === undefined || part === undefined ? null : { family, part: part as 'Core' | 'Ram' };
}

/** Returns the unit price that a SKU sets, or `null`. */
export function unitKeyOf({ description, pricingInfo }: GoogleSku): string | null {
  const unit = pricingInfo[0]?.pricingExpression.usageUnit;
  return unitSkus.find(([pattern, sold]) => pattern.test(description) && sold === unit)?.[2] ?? null;
}

/** Returns the on-demand price in USD of the last tier; free tiers come first. */
export function skuPrice({ category, pricingInfo }: GoogleSku): number | null {
  const price = pricingInfo[0]?.pricingExpression.tieredRates.at(-1)?.unitPrice;
  if (category.usageType !== 'OnDemand' || price?.currencyCode !== 'USD') return null;
  return Number(price.units) + price.nanos / 1e9;
}

/** GB of memory per vCPU, by family and class. */
const memoryPerCore: Record<string, Record<string, number>> = {
  e2: { standard: 4, highmem: 8, highcpu: 1 },
  n2: { standard: 4, highmem: 8, highcpu: 1 },
  n2d: { standard: 4, highmem: 8, highcpu: 1 },
  n1: { standard: 3.75, highmem: 6.5, highcpu: 0.9 },
};
const coreCounts = [1, 2, 4, 8, 16, 32, 48, 64, 80, 96, 128];

/** Computes the hourly prices of a family's machine types. */
export function machinePrices(family: string, core: number, ram: number): [name: string, price: number][] {
  return Object.entries(memoryPerCore[family] ?? {}).flatMap(([kind, memory]) =>
    coreCounts.map((cores): [string, number] => {
      const price = cores * (core + memory * ram);
      return [`${family}-${kind}-${cores}`, Number(price.toFixed(6))];
    }),
  );
}
