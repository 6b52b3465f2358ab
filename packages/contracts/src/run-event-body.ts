import { z } from 'zod';
import { diagnosticSchema } from './diagnostic.ts';
import { stepNameSchema } from './job.ts';
import { runOutcomeSchema } from './outcome.ts';
import { changeActionSchema, planSummarySchema } from './plan.ts';

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
