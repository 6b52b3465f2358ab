import { z } from 'zod';

/** Every reason for which either service refuses a request. The HTTP layer maps them to statuses. */
export const problemCodes = [
  'invalid_request',
  'malformed_json',
  'payload_too_large',
  'unsupported_media_type',
  'unauthenticated',
  'forbidden',
  'forbidden_host',
  'self_approval',
  'key_not_found',
  'identity_provider_unavailable',
  'rate_limited',
  'route_not_found',
  'project_not_found',
  'project_not_deployed',
  'project_busy',
  'project_deployed',
  'job_not_found',
  'job_finished',
  'job_not_cancellable',
  'job_not_awaiting_approval',
  'plan_not_found',
  'terraform_log_not_found',
  'plan_digest_mismatch',
  'plan_stale',
  'plan_seal_broken',
  'revision_not_found',
  'revision_missing',
  'revision_unreadable',
  'orphan_not_found',
  'orphan_not_adoptable',
  'state_not_found',
  'state_version_not_found',
  'stack_too_complex',
  'kind_not_found',
  'idempotency_key_reused',
  'database_not_embedded',
  'policy_denied',
  'policy_settings_changed',
  'run_not_found',
  'run_conflict',
  'no_capacity',
  'no_sandbox',
  'runner_unavailable',
  'shutting_down',
  'internal',
] as const;
export const problemCodeSchema = z.enum(problemCodes);
export type ProblemCode = z.infer<typeof problemCodeSchema>;

/** RFC 9457 problem details, plus `error`: a single line for clients that read only that. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: problemCodeSchema,
  /** Activity, cause, place and remedy. */
  detail: z.string(),
  error: z.string(),
  instance: z.string().optional(),
  requestId: z.string().optional(),
  /** One entry per wrong field, with an RFC 6901 pointer into the request body, path or query. */
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
});
export type Problem = z.infer<typeof problemSchema>;
