import { z } from 'zod';

const low = z.literal('low');

/** Monthly costs from counts of resource types at flat rates: an order of magnitude, no more. */
export const flatCostsSchema = z.object({
  compute: z.number(),
  storage: z.number(),
  networking: z.number(),
  database: z.number(),
  other: z.number(),
  total: z.number(),
  resourceCounts: z.record(z.string(), z.number().int()),
  currency: z.string(),
  period: z.literal('monthly'),
  /** How far each figure can be trusted. */
  confidence: z.object({
    compute: low,
    storage: low,
    networking: low,
    database: low,
    other: low,
    total: low,
  }),
});

export const projectCostsSchema = z.object({
  projectId: z.string(),
  estimated: z.boolean(),
  costs: flatCostsSchema,
  /** What the resources were counted in. */
  source: z.enum(['state', 'plan', 'code']),
  message: z.string(),
});
