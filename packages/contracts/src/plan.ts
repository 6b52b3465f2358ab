import { z } from 'zod';

export const changeActions = ['create', 'read', 'update', 'delete', 'replace', 'no-op', 'forget'] as const;
export const changeActionSchema = z.enum(changeActions);
export type ChangeAction = z.infer<typeof changeActionSchema>;

export const resourceChangeSchema = z.object({
  address: z.string(),
  type: z.string(),
  name: z.string(),
  moduleAddress: z.string().nullable(),
  provider: z.string(),
  action: changeActionSchema,
  /** Terraform's reason for a replacement or deletion; `null` if it gave none. */
  reason: z.string().nullable(),
  /** Whether the change imports an existing object. */
  importing: z.boolean(),
  /** Attribute values before and after; a sensitive value reads `(sensitive)`. */
  before: z.unknown(),
  after: z.unknown(),
  /** Attributes known only after apply, as Terraform's `after_unknown`. */
  afterUnknown: z.unknown(),
});
export type ResourceChange = z.infer<typeof resourceChangeSchema>;

export const planSummarySchema = z.object({
  create: z.number().int(),
  update: z.number().int(),
  delete: z.number().int(),
  replace: z.number().int(),
  noop: z.number().int(),
  import: z.number().int(),
});
export type PlanSummary = z.infer<typeof planSummarySchema>;

export const driftedResourceSchema = z.object({
  address: z.string(),
  type: z.string(),
  action: changeActionSchema,
  /** One entry per attribute path that differs from the stored state. */
  attributes: z.array(z.object({ path: z.string(), before: z.unknown(), after: z.unknown() })),
});
export type DriftedResource = z.infer<typeof driftedResourceSchema>;
