import { z } from 'zod';

export const approveRequestSchema = z.strictObject({
  /** Digest of the plan that was reviewed, from the job's `planDigest`. */
  planDigest: z.string().regex(/^[0-9a-f]{64}$/, 'a plan digest is 64 hex digits'),
});
