import { z } from 'zod';
import {
  budgetSchema,
  costCategorySchema,
  costEstimateSchema,
  costOptionsSchema,
  priceBookSectionSchema,
} from './costs.ts';
import { validateRequestSchema } from './deploy.ts';
import { jobTypeSchema } from './job.ts';

const { profile, currency } = costOptionsSchema.shape;

/** Project file with the expected usage. */
export const usageFileName = 'usage.yml';

export const costQuerySchema = z.strictObject({ profile, currency });

const answer = {
  /** Always true: the actual bill depends on usage. */
  estimated: z.boolean(),
  message: z.string(),
};

export const projectCostsSchema = z.object({
  projectId: z.string(),
  ...answer,
  /** Cost of what is running, else planned, else in the code. `diff` is the change by a newer plan. */
  costs: costEstimateSchema,
  /** Where the resources were read from. */
  source: z.enum(['state', 'plan', 'code']),
});
export type ProjectCosts = z.infer<typeof projectCostsSchema>;

/** Code to price; a `usage.yml` among the files is used unless `usage` is given. */
export const codeCostsRequestSchema = validateRequestSchema.safeExtend(costOptionsSchema.shape);
export type CodeCostsRequest = z.infer<typeof codeCostsRequestSchema>;

export const codeCostsSchema = z.object({
  ...answer,
  costs: costEstimateSchema,
  source: z.literal('code'),
});

/** A project's budget; limits are amounts in `currency`, with usage from the profile. */
export const projectBudgetSchema = z.strictObject({
  ...budgetSchema.shape,
  profile,
  currency: currency.unwrap().default('USD'),
});
export type ProjectBudget = z.infer<typeof projectBudgetSchema>;

export const budgetAnswerSchema = z.object({
  projectId: z.string(),
  /** `null` if none is set. */
  budget: projectBudgetSchema.nullable(),
});

export const costHistorySchema = z.object({
  projectId: z.string(),
  /** Newest first: one entry for each completed deploy, rollback and destroy. */
  entries: z.array(
    z.object({
      jobId: z.string(),
      type: jobTypeSchema,
      total: z.number(),
      byCategory: z.record(costCategorySchema, z.number()),
      currency: z.string(),
      /** The oldest date among the prices used. */
      priceBookAsOf: z.string(),
      createdAt: z.string(),
    }),
  ),
  nextCursor: z.string().nullable(),
});

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
