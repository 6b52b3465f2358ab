import { z } from 'zod';
import { type Endpoint, endpoint } from './endpoint.ts';

export const priceBookSectionSchema = z.object({
  source: z.string(),
  /** Date of the section's prices: `YYYY-MM-DD`, a month or a year. */
  asOf: z.string(),
  sha256: z.string(),
});
export type PriceBookSection = z.infer<typeof priceBookSectionSchema>;

export const priceBookStatusSchema = z.object({
  version: z.string(),
  /** The oldest date among the sections used in this response. */
  asOf: z.string(),
  sections: z.record(z.string(), priceBookSectionSchema),
  warnings: z.array(z.string()),
});
export type PriceBookStatus = z.infer<typeof priceBookStatusSchema>;

export const priceSources = ['aws', 'azure', 'google'] as const;
const regions = z
  .array(z.string().regex(/^[a-z0-9-]{1,40}$/, 'not the name of a region'))
  .min(1)
  .max(50);

export const refreshPricesRequestSchema = z.strictObject({
  /** Google's catalogue needs an API key in the settings. */
  sources: z.array(z.enum(priceSources)).min(1).default(['aws', 'azure']),
  regions: z.strictObject({ aws: regions.optional(), azure: regions.optional() }).optional(),
});
export type RefreshPricesRequest = z.infer<typeof refreshPricesRequestSchema>;

/** The current or last refresh in the gateway that answers. */
export const priceRefreshSchema = z.object({
  status: z.enum(['running', 'completed', 'failed']),
  startedAt: z.string(),
  finishedAt: z.string().nullable(),
  /** Why it failed; the old prices stay in use. */
  error: z.string().nullable(),
});
export type PriceRefresh = z.infer<typeof priceRefreshSchema>;

export const installedPricesSchema = z.object({
  /** `embedded`: the book shipped with the product; `installed`: one refreshed or imported here. */
  origin: z.enum(['embedded', 'installed']),
  version: z.string(),
  sections: z.record(z.string(), priceBookSectionSchema),
  warnings: z.array(z.string()),
  refresh: priceRefreshSchema.nullable(),
});
export type InstalledPrices = z.infer<typeof installedPricesSchema>;

export const priceBookEndpoints = {
  priceBook: endpoint({
    method: 'get',
    path: '/api/admin/price-book',
    operationId: 'getPriceBook',
    tag: 'Admin',
    summary: 'The prices in use, their sources and dates, and the last refresh',
    role: 'admin',
    status: 200,
    answer: installedPricesSchema,
    problems: [],
  }),
  refreshPriceBook: endpoint({
    method: 'post',
    path: '/api/admin/price-book/refresh',
    operationId: 'refreshPriceBook',
    tag: 'Admin',
    summary:
      "Refresh prices from the clouds' price lists in the background; the old ones stay until all are read",
    role: 'admin',
    body: refreshPricesRequestSchema,
    status: 202,
    answer: installedPricesSchema,
    problems: ['invalid_request', 'malformed_json'],
  }),
  importPriceBook: endpoint({
    method: 'post',
    path: '/api/admin/price-book/import',
    operationId: 'importPriceBook',
    tag: 'Admin',
    summary: 'Import a price book (application/x-ndjson) and use it; a damaged one is refused',
    role: 'admin',
    bodyType: 'application/x-ndjson',
    status: 200,
    answer: installedPricesSchema,
    problems: ['invalid_request', 'payload_too_large'],
  }),
} as const satisfies Record<string, Endpoint>;
