import { z } from 'zod';
import { jobIdSchema } from '../job.ts';

export const acceptedSchema = z.object({
  jobId: jobIdSchema,
  status: z.literal('accepted'),
  message: z.string(),
});
export type Accepted = z.infer<typeof acceptedSchema>;

/** Parts common to all operations that create a job. */
export const creates = {
  tag: 'Deploy',
  createsJob: true,
  redaction: 'handler',
  status: 202,
  answer: acceptedSchema,
} as const;
export const createProblems = ['invalid_request', 'malformed_json', 'idempotency_key_reused'] as const;
