import { z } from 'zod';
import { jobStatusSchema } from './job.ts';
import { runEventBodySchema } from './run-event-body.ts';

/** Events that the gateway adds to those of a run. */
const gatewayEventSchemas = [
  z.object({ type: z.literal('job_status'), status: jobStatusSchema, message: z.string() }),
  z.object({
    type: z.literal('progress'),
    /** 0 to 100, same as `progress` in the job's status. */
    percent: z.number().int(),
    finished: z.number().int(),
    planned: z.number().int(),
  }),
  /** The job cannot continue for now; says why. */
  z.object({ type: z.literal('waiting'), reason: z.string() }),
  /** Decision of a gate between plan and apply. */
  z.object({
    type: z.literal('gate'),
    gate: z.enum(['policy', 'budget', 'blast_radius', 'orphans', 'approval']),
    verdict: z.enum(['passed', 'warned', 'approval_required', 'blocked']),
    message: z.string(),
  }),
] as const;

export const jobEventBodySchema = z.discriminatedUnion('type', [
  ...runEventBodySchema.options,
  ...gatewayEventSchemas,
]);
export type JobEventBody = z.infer<typeof jobEventBodySchema>;

/** `seq` counts from 1 without gaps within one job and is the SSE event id. */
export const jobEventSchema = z.object({ seq: z.number().int(), at: z.string(), body: jobEventBodySchema });
export type JobEvent = z.infer<typeof jobEventSchema>;
