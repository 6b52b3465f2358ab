import { z } from 'zod';

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

export const budgetActions = ['warn', 'approve', 'block'] as const;
export const budgetSchema = z.object({
  /** Maximum monthly cost of a project, in the estimate's currency. */
  maxMonthly: z.number().nonnegative().optional(),
  /** Maximum monthly cost that one deploy may add. */
  maxIncrease: z.number().nonnegative().optional(),
  maxIncreasePercent: z.number().nonnegative().optional(),
  /** Action for resources that cannot be priced. */
  onUnknown: z.enum(['ignore', ...budgetActions]).default('warn'),
  /** Action when a limit is exceeded: report it, require approval, or stop the job. */
  action: z.enum(budgetActions).default('block'),
});
export type Budget = z.infer<typeof budgetSchema>;

export const budgetViolationSchema = z.object({
  rule: z.enum(['maxMonthly', 'maxIncrease', 'maxIncreasePercent', 'onUnknown']),
  limit: z.number().nullable(),
  actual: z.number().nullable(),
  /** The resource that breaks the rule: the one that adds most, or the first without a price. */
  address: z.string().nullable(),
  message: z.string(),
});
export type BudgetViolation = z.infer<typeof budgetViolationSchema>;

export const budgetVerdictSchema = z.object({
  decision: z.enum(['allow', ...budgetActions]),
  violations: z.array(budgetViolationSchema),
});
export type BudgetVerdict = z.infer<typeof budgetVerdictSchema>;
