import { z } from 'zod';
import { diagnosticSchema } from '../diagnostic.ts';
import { stepNameSchema } from '../job.ts';
import { problemCodes } from '../problem.ts';

/**
 * How a run ended. A failure of Terraform is a value, not an exception; the first cause wins.
 * - `interrupted`: something other than the engine killed Terraform; what it created may be unrecorded.
 */
export const runOutcomeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('succeeded') }),
  z.object({
    kind: z.literal('failed'),
    step: stepNameSchema,
    exitCode: z.number().int().nullable(),
    message: z.string(),
  }),
  z.object({ kind: z.literal('cancelled'), step: stepNameSchema, endedBy: z.enum(['interrupt', 'kill']) }),
  z.object({
    kind: z.literal('timedOut'),
    step: stepNameSchema,
    afterMs: z.number().int(),
    endedBy: z.enum(['interrupt', 'kill']),
  }),
  z.object({ kind: z.literal('interrupted'), step: stepNameSchema, message: z.string() }),
]);
export type RunOutcome = z.infer<typeof runOutcomeSchema>;

/** Reasons of a job's failure; for a run that the runner refused, its problem code is used instead. */
export const jobErrorReasons = [
  'invalid_code',
  'terraform_failed',
  'policy_denied',
  'budget_exceeded',
  'costs_not_readable',
  'unaccounted_objects',
  'credentials_refused',
  'plan_stale',
  'plan_seal_broken',
  'plan_not_found',
  'revision_unreadable',
  'timed_out',
  'interrupted',
  'cancelled',
  'runner_lost',
  'restarted_too_often',
  'internal',
] as const;
/** A closed set, so that redaction never mistakes a secret for a reason or a reason for a secret. */
export const jobErrorReasonSchema = z.enum([...new Set([...jobErrorReasons, ...problemCodes])]);
export type JobErrorReason = z.infer<typeof jobErrorReasonSchema>;

/** Why a job failed, for its user. */
export const jobErrorSchema = z.object({
  step: stepNameSchema,
  reason: jobErrorReasonSchema,
  message: z.string(),
  diagnostics: z.array(diagnosticSchema),
  /** Whether the same request may succeed later without a code change. */
  retryable: z.boolean(),
});
export type JobError = z.infer<typeof jobErrorSchema>;
