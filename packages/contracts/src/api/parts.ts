import { z } from 'zod';
import { acceptedSchema } from '../deploy.ts';
import { jobIdSchema } from '../job.ts';
import { projectIdSchema } from '../project.ts';

export const projectParams = z.object({ projectId: projectIdSchema });
export const jobParams = z.object({ jobId: jobIdSchema });
export const versionId = z.coerce.number().int().positive();
export const revisionParams = z.object({ projectId: projectIdSchema, revision: versionId });
export const versionParams = z.object({ projectId: projectIdSchema, version: versionId });
export const cursor = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,128}$/, 'not a cursor of this API')
  .optional();
/** Rows of a page. */
export const limit = z.coerce.number().int().min(1).max(200).default(50);

/** Parts common to all operations that create a job. */
export const creates = {
  tag: 'Deploy',
  createsJob: true,
  redaction: 'handler',
  status: 202,
  answer: acceptedSchema,
} as const;
export const createProblems = ['invalid_request', 'malformed_json', 'idempotency_key_reused'] as const;
