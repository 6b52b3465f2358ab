import { runEventBodySchema } from '@deployment-engine/contracts';
import { z } from 'zod';

/** `seq` counts from 1 without gaps within one run; `at` is an ISO 8601 time in UTC. */
export const runEventSchema = z.object({ seq: z.number().int(), at: z.string(), body: runEventBodySchema });
export type RunEvent = z.infer<typeof runEventSchema>;
