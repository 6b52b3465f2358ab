import { z } from 'zod';
import { diagnosticSchema } from '../diagnostic.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { jobParams, jobStatusSchema, stepNameSchema } from '../job.ts';
import { changeActionSchema, planSummarySchema } from '../plan-summary.ts';
import { runOutcomeSchema } from './outcome.ts';

const step = { step: stepNameSchema };
const resource = { address: z.string(), resourceType: z.string(), action: changeActionSchema };

/** An event of a run; listeners see no others. */
export const runEventBodySchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('step_started'), ...step }),
  z.object({
    type: z.literal('step_finished'),
    ...step,
    durationMs: z.number().int(),
    ok: z.boolean(),
  }),
  /** A change Terraform plans. No-ops and reads are not reported. */
  z.object({ type: z.literal('resource_planned'), ...resource }),
  z.object({ type: z.literal('plan_summary'), summary: planSummarySchema, outputsChanged: z.boolean() }),
  /**
   * The saved plan and its JSON can be fetched. `digest` is the SHA-256 (hex) of the plan file and of the
   * code, variables and state it was made from.
   */
  z.object({
    type: z.literal('plan_ready'),
    digest: z.string(),
    planBytes: z.number().int(),
    stateSerial: z.number().int().nullable(),
    stateLineage: z.string().nullable(),
  }),
  z.object({ type: z.literal('resource_started'), ...resource }),
  z.object({
    type: z.literal('resource_finished'),
    ...resource,
    ok: z.boolean(),
    elapsedSeconds: z.number(),
    /** The provider's id of the object, if it returned one. */
    id: z.string().nullable(),
  }),
  z.object({ type: z.literal('diagnostic'), ...step, diagnostic: diagnosticSchema }),
  /** One line of plain text without control characters. */
  z.object({ type: z.literal('log'), ...step, line: z.string() }),
  /** Terraform has written its state file; the newest content can be fetched from the run. */
  z.object({
    type: z.literal('state_changed'),
    serial: z.number().int(),
    lineage: z.string(),
    /** SHA-256 (hex) and size of the state file. */
    sha256: z.string(),
    bytes: z.number().int(),
  }),
  /** The last event of every run. */
  z.object({ type: z.literal('run_finished'), outcome: runOutcomeSchema }),
]);
export type RunEventBody = z.infer<typeof runEventBodySchema>;

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

/** The event as it is sent to listeners: the body's fields beside its number and time. */
export const sentJobEventSchema = jobEventSchema.omit({ body: true }).and(jobEventBodySchema);
export type SentJobEvent = z.infer<typeof sentJobEventSchema>;

export const jobEventEndpoints = {
  jobEvents: endpoint({
    method: 'get',
    path: '/api/deploy/jobs/{jobId}/events',
    operationId: 'streamJobEvents',
    tag: 'Jobs',
    summary: 'Server-sent events of a job; Last-Event-ID resumes without gap or duplicate',
    role: 'viewer',
    params: jobParams,
    status: 200,
    answer: 'text/event-stream',
    event: sentJobEventSchema,
    problems: ['invalid_request', 'job_not_found'],
  }),
  jobLogs: endpoint({
    method: 'get',
    path: '/api/deploy/jobs/{jobId}/logs',
    operationId: 'getJobLogs',
    tag: 'Jobs',
    summary: 'Log lines of a job as text',
    role: 'viewer',
    params: jobParams,
    status: 200,
    answer: 'text/plain',
    problems: ['invalid_request', 'job_not_found'],
  }),
} as const satisfies Record<string, Endpoint>;
