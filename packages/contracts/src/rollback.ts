import { z } from 'zod';
import { askedLog } from './deploy.ts';
import { projectIdSchema } from './project.ts';

export const rollbackRequestSchema = z.strictObject({
  projectId: projectIdSchema,
  /** The revision to deploy again; default: the one deployed before the current one. */
  toRevision: z.number().int().positive().optional(),
  autoApprove: z.boolean().default(true),
  ...askedLog,
});
