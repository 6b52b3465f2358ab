import { z } from 'zod';

/** One entry of the retail price list. */
export const azureItemSchema = z.object({
  currencyCode: z.string(),
  retailPrice: z.number(),
  armRegionName: z.string(),
  armSkuName: z.string(),
  productName: z.string(),
  skuName: z.string().default(''),
  meterName: z.string(),
  unitOfMeasure: z.string(),
  type: z.string(),
  tierMinimumUnits: z.number().default(0),
});
export type AzureItem = z.infer<typeof azureItemSchema>;

/** Maps an item of each service to the book's unit price, or to `null` if the book does not contain it. */
export const azureServices: Record<string, (item: AzureItem) => string | null> = {
  Storage: ({ productName, meterName }) => {
    const step = /^([PES]\d+) LRS Disk$/.exec(meterName)?.[1];
    return step !== undefined && productName.endsWith('Managed Disks') ? `azure.disk.${step}` : null;
  },
  'Virtual Network': ({ meterName }) =>
    meterName === 'Standard IPv4 Static Public IP' ? 'azure.public-ip.static' : null,
  'Redis Cache': ({ productName, meterName }) => {
    const tier = /^Azure Redis Cache (Basic|Standard|Premium)$/.exec(productName)?.[1];
    const size = /^([CP]\d) Cache( Instance)?$/.exec(meterName)?.[1];
    return tier === undefined || size === undefined ? null : `azure.redis.${tier}.${size}`;
  },
  'SQL Database': ({ productName, skuName }) => {
    const isFour = productName.endsWith('General Purpose - Compute Gen5') && skuName === '4 vCore';
    return isFour ? 'azure.sql.gp-gen5.4-vcores' : null;
  },
  'Azure App Service': ({ productName, skuName }) => {
    const isPlan = /^Azure App Service (Basic|Standard|Premium v[23]) Plan - Linux$/.test(productName);
    return isPlan ? `azure.service-plan.${skuName.replace(' ', '')}` : null;
  },
};
