import { z } from 'zod';

export const changeActions = ['create', 'read', 'update', 'delete', 'replace', 'no-op', 'forget'] as const;
export const changeActionSchema = z.enum(changeActions);
export type ChangeAction = z.infer<typeof changeActionSchema>;

export const planSummarySchema = z.object({
  create: z.number().int(),
  update: z.number().int(),
  delete: z.number().int(),
  replace: z.number().int(),
  noop: z.number().int(),
  import: z.number().int(),
});
export type PlanSummary = z.infer<typeof planSummarySchema>;
