import { z } from 'zod';
import { type Endpoint, endpoint } from './endpoint.ts';
import { jobTypeSchema } from './job.ts';
import { cursor, limit } from './paging.ts';
import { priceBookStatusSchema } from './price-book.ts';
import { projectParams } from './project.ts';
import { validateRequestSchema } from './validation.ts';

/**
 * Confidence in a figure.
 *
 * - exact: product and region are in the price book and all attributes are known
 * - derived: scaled from the list price of a neighbouring size or region
 * - assumed: an attribute or usage figure is missing, so a documented default is used
 * - unknown: no price or no quantity; the cost is `null`, never 0
 */
export const costConfidences = ['exact', 'derived', 'assumed', 'unknown'] as const;
export const costConfidenceSchema = z.enum(costConfidences);
export type CostConfidence = z.infer<typeof costConfidenceSchema>;

export const costCategories = ['compute', 'storage', 'networking', 'database', 'other'] as const;
export const costCategorySchema = z.enum(costCategories);
export type CostCategory = z.infer<typeof costCategorySchema>;

/** An amount per month in the response's currency; `null` if unknown. */
const amountSchema = z.number().nullable();

export const costComponentSchema = z.object({
  name: z.string(),
  /** Part of the resource that the component belongs to: a disk, a storage class, a replica region. */
  group: z.string().nullable(),
  unit: z.string(),
  quantity: z.number().nullable(),
  /** Price of one unit; `null` if unknown or tiered. */
  unitPrice: amountSchema,
  monthlyCost: amountSchema,
  confidence: costConfidenceSchema,
  /** The usage key that sets the quantity; `null` if the quantity comes from the resource itself. */
  usageKey: z.string().nullable(),
  /** Why the figure is not exact. */
  note: z.string().nullable(),
  /** Section of the price book that contains the price. */
  priceSection: z.string().nullable(),
});
export type CostComponent = z.infer<typeof costComponentSchema>;

/**
 * `partial`: some components are unknown and missing from the sum. `unknown`: no component has a price.
 * `unsupported`: the type is unknown to the engine. `free`: the type never costs anything.
 */
export const resourceCostStatuses = ['priced', 'partial', 'free', 'unknown', 'unsupported'] as const;

export const resourceCostSchema = z.object({
  address: z.string(),
  type: z.string(),
  region: z.string().nullable(),
  category: costCategorySchema,
  status: z.enum(resourceCostStatuses),
  monthlyCost: amountSchema,
  /** The lowest confidence among the components. */
  confidence: costConfidenceSchema,
  components: z.array(costComponentSchema),
});
export type ResourceCost = z.infer<typeof resourceCostSchema>;

export const costDiffEntrySchema = z.object({
  address: z.string(),
  type: z.string(),
  change: z.enum(['added', 'removed', 'changed']),
  before: amountSchema,
  after: amountSchema,
  /** After minus before; `null` if either is unknown. */
  difference: amountSchema,
});
export type CostDiffEntry = z.infer<typeof costDiffEntrySchema>;

export const costDiffSchema = z.object({
  before: z.number(),
  after: z.number(),
  difference: z.number(),
  /** Relative to `before`; `null` if nothing was running before. */
  differencePercent: z.number().nullable(),
  /** The resources whose cost differs, largest increase first. */
  resources: z.array(costDiffEntrySchema),
});
export type CostDiff = z.infer<typeof costDiffSchema>;

/** Monthly cost of a plan in USD once applied, and the difference; usage comes from the project's files. */
export const planCostSchema = z.object({ total: z.number(), diff: costDiffSchema.nullable() });

export const unpricedSchema = z.object({
  address: z.string(),
  type: z.string(),
  /** The component without a price; `null` if the whole resource has none. */
  component: z.string().nullable(),
  reason: z.enum(['unsupported', 'unknown', 'not_followed']),
  detail: z.string(),
});
export type Unpriced = z.infer<typeof unpricedSchema>;

export const usageProfiles = ['none', 'small', 'medium', 'large'] as const;
/** Default usage where none is given; the response lists every default used. */
export const usageProfileSchema = z.enum(usageProfiles);
export type UsageProfile = z.infer<typeof usageProfileSchema>;

export const costEstimateSchema = z.object({
  compute: z.number(),
  storage: z.number(),
  networking: z.number(),
  database: z.number(),
  other: z.number(),
  /** The sum of all known costs. */
  total: z.number(),
  /** Number of resources of each type. */
  resourceCounts: z.record(z.string(), z.number().int()),
  /** ISO 4217. */
  currency: z.string(),
  period: z.literal('monthly'),
  confidence: costConfidenceSchema,
  resources: z.array(resourceCostSchema),
  diff: costDiffSchema.nullable(),
  assumptions: z.array(z.string()),
  unpriced: z.array(unpricedSchema),
  priceBook: priceBookStatusSchema,
});
export type CostEstimate = z.infer<typeof costEstimateSchema>;

const usageEntriesSchema = z.record(z.string(), z.record(z.string(), z.unknown()).nullable()).nullish();

/**
 * A `usage.yml`: expected usage per resource address (`[*]` and `*` are wildcards) and per type. Figures may
 * be nested by class or region.
 */
export const usageFileSchema = z.object({
  version: z.union([z.string(), z.number()]).optional(),
  resource_usage: usageEntriesSchema,
  resource_type_default_usage: usageEntriesSchema,
});
export type UsageFile = z.infer<typeof usageFileSchema>;

export const costOptionsSchema = z.object({
  profile: usageProfileSchema.default('none'),
  /** The text of a `usage.yml`, or its parsed content. */
  usage: z.union([z.string(), usageFileSchema]).optional(),
  /** Discount in percent, keyed by resource type, type prefix with `*`, or category. */
  discounts: z.record(z.string(), z.number().min(0).max(100)).optional(),
  /** ISO 4217; currencies other than USD need a rate in the operator's table. */
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'currency is a three-letter code such as USD')
    .optional(),
});
export type CostOptions = z.input<typeof costOptionsSchema>;

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

export const costEndpoints = {
  costs: endpoint({
    method: 'get',
    path: '/api/deploy/costs/{projectId}',
    operationId: 'getCosts',
    tag: 'Analysis',
    summary: 'Monthly cost of a project, from its state, else its newest plan, else its code',
    role: 'viewer',
    params: projectParams,
    query: costQuerySchema,
    status: 200,
    answer: projectCostsSchema,
    problems: ['invalid_request', 'project_not_found'],
  }),
  codeCosts: endpoint({
    method: 'post',
    path: '/api/deploy/costs',
    operationId: 'estimateCode',
    tag: 'Analysis',
    summary: 'Monthly cost of code from the body; nothing is stored',
    role: 'viewer',
    scope: 'any',
    audited: false,
    body: codeCostsRequestSchema,
    status: 200,
    answer: codeCostsSchema,
    problems: ['invalid_request', 'malformed_json'],
  }),
  costHistory: endpoint({
    method: 'get',
    path: '/api/deploy/costs/{projectId}/history',
    operationId: 'getCostHistory',
    tag: 'Analysis',
    summary: 'Estimated cost of a project after each completed job, newest first',
    role: 'viewer',
    params: projectParams,
    query: z.strictObject({ cursor, limit }),
    status: 200,
    answer: costHistorySchema,
    problems: ['invalid_request', 'project_not_found'],
  }),
} as const satisfies Record<string, Endpoint>;
