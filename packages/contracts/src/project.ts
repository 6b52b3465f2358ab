import { z } from 'zod';

export const projectIdPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** 1 to 64 letters, digits, dots, underscores and hyphens, starting with a letter or digit. */
export const projectIdSchema = z
  .string({ error: 'projectId is missing or not a string' })
  .min(1, 'projectId is empty')
  .regex(
    projectIdPattern,
    'projectId must be 1 to 64 letters, digits, ".", "_" or "-", starting with a letter or digit',
  )
  .meta({ example: 'project-123' });

export const deploymentStatuses = [
  'not_deployed',
  'pending',
  'deployed',
  'failed',
  'destroyed',
  'destroyed_with_orphans',
] as const;
export const deploymentStatusSchema = z.enum(deploymentStatuses);
export type DeploymentStatus = z.infer<typeof deploymentStatusSchema>;
