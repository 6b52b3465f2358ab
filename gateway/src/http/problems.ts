import type { Problem, ProblemCode } from '@deployment-engine/contracts';
import { DomainError, type FieldError } from '@deployment-engine/service';
import type { ErrorRequestHandler, Request, Response } from 'express';
import type { Logger } from 'winston';
import { ZodError } from 'zod';
import { RunnerError } from '../runner-error.ts';
import { noteRefusal } from './note-refusal.ts';
import { requestState } from './request-state.ts';

const table = {
  invalid_request: { status: 400, title: 'The request is not valid' },
  malformed_json: { status: 400, title: 'The body is not valid JSON' },
  payload_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The body must be application/json' },
  unauthenticated: { status: 401, title: 'Credentials are missing or not valid' },
  forbidden: { status: 403, title: 'The caller may not do this' },
  forbidden_host: { status: 403, title: 'The host or origin of the request is not allowed' },
  self_approval: { status: 403, title: 'Callers may not approve jobs that they requested' },
  key_not_found: { status: 404, title: 'No such API key' },
  key_limited: { status: 403, title: 'The limits of the API key do not allow this' },
  identity_provider_unavailable: { status: 503, title: 'The identity provider does not answer' },
  rate_limited: { status: 429, title: 'Too many requests' },
  route_not_found: { status: 404, title: 'No such route' },
  project_not_found: { status: 404, title: 'No such project' },
  project_not_deployed: { status: 409, title: 'The project is not deployed' },
  project_deployed: { status: 409, title: 'The project still has resources' },
  project_busy: { status: 409, title: 'The project has a job in progress' },
  job_not_found: { status: 404, title: 'No such job' },
  job_finished: { status: 409, title: 'The job has already ended' },
  job_not_cancellable: { status: 409, title: 'The job can no longer be cancelled' },
  job_not_awaiting_approval: { status: 409, title: 'The job is not waiting for approval' },
  plan_not_found: { status: 404, title: 'The job has no plan' },
  terraform_log_not_found: { status: 404, title: 'The job has no Terraform log' },
  plan_digest_mismatch: { status: 409, title: 'The approval names another plan' },
  plan_stale: { status: 409, title: 'The plan is older than the state' },
  plan_seal_broken: { status: 409, title: 'The plan does not match its seal' },
  revision_not_found: { status: 404, title: 'No such revision' },
  revision_missing: { status: 409, title: 'The files of the revision are missing' },
  revision_unreadable: { status: 409, title: 'The files of the revision cannot be used' },
  orphan_not_found: { status: 404, title: 'No such unresolved orphan' },
  orphan_not_adoptable: { status: 409, title: 'The orphan cannot be adopted or deleted like this' },
  state_not_found: { status: 404, title: 'The project has no state' },
  state_version_not_found: { status: 404, title: 'No such state version' },
  stack_too_complex: { status: 422, title: 'The stack needs too much time or memory' },
  deployment_not_found: { status: 404, title: 'No such deployment' },
  deployment_busy: { status: 409, title: 'The deployment has a run in progress' },
  status_is_observed: { status: 409, title: 'What a deployment has come to is observed, not written' },
  notification_not_found: { status: 404, title: 'No such notification or message' },
  cloud_account_not_found: { status: 404, title: 'No such cloud account' },
  cloud_account_in_use: { status: 409, title: 'A deployment uses the cloud account' },
  template_not_found: { status: 404, title: 'No such template' },
  template_in_use: { status: 409, title: 'A deployment uses the template' },
  template_refused: { status: 422, title: 'The template cannot be deployed' },
  template_unreachable: { status: 422, title: 'The template cannot be fetched' },
  kind_not_found: { status: 404, title: 'No such kind' },
  stack_not_found: { status: 404, title: 'No such stack or environment' },
  stack_invalid: { status: 422, title: 'The stack is not valid' },
  stack_locked: { status: 409, title: 'Another pipeline holds a part of the stack' },
  stack_owned: { status: 409, title: 'The project belongs to a stack' },
  stack_revision_not_found: { status: 404, title: 'No such stored repository of the stack' },
  snapshot_not_found: { status: 404, title: 'No such snapshot of the stack' },
  dependencies_missing: { status: 409, title: 'What the scope needs is not deployed' },
  dependents_remain: { status: 409, title: 'Other components need what would be destroyed' },
  promotion_refused: { status: 409, title: 'The stack may not be promoted like this' },
  pipeline_not_found: { status: 404, title: 'No such pipeline' },
  pipeline_finished: { status: 409, title: 'The pipeline has already ended' },
  pipeline_not_awaiting_approval: { status: 409, title: 'The pipeline is not waiting for approval' },
  pipeline_not_resumable: { status: 409, title: 'The pipeline cannot be resumed' },
  idempotency_key_reused: { status: 409, title: 'The idempotency key belongs to another request' },
  database_not_embedded: { status: 409, title: 'The database is not the embedded one' },
  policy_denied: { status: 403, title: 'A policy denies this' },
  policy_settings_changed: { status: 409, title: 'The policy settings were changed in the meantime' },
  run_not_found: { status: 404, title: 'No such run' },
  run_conflict: { status: 409, title: 'The run exists with another request' },
  no_sandbox: { status: 503, title: 'The runner cannot sandbox runs' },
  no_capacity: { status: 503, title: 'All runner slots are taken' },
  runner_unavailable: { status: 503, title: 'No runner answers' },
  shutting_down: { status: 503, title: 'The service is shutting down' },
  internal: { status: 500, title: 'The engine met an unexpected error' },
} satisfies Record<ProblemCode, { status: number; title: string }>;

/** Returns the HTTP status of a problem code. */
export function problemStatus(code: ProblemCode): number {
  return table[code].status;
}

export function sendProblem(
  request: Request,
  response: Response,
  code: ProblemCode,
  detail: string,
  fields: FieldError[] = [],
): void {
  const { status, title } = table[code];
  const problem: Problem = {
    type: `urn:deployment-engine:problem:${code}`,
    title,
    status,
    code,
    detail,
    error:
      fields.length > 0
        ? `${detail}: ${fields.map((field) => `${field.pointer} ${field.detail}`.trim()).join('; ')}`
        : detail,
    instance: request.path,
    requestId: requestState(response).requestId,
    ...(fields.length > 0 ? { errors: fields } : {}),
  };
  if (code === 'no_capacity' || code === 'runner_unavailable') response.setHeader('retry-after', '2');
  if (code === 'unauthenticated') response.setHeader('www-authenticate', 'Bearer realm="deployment-engine"');
  response.status(status).type('application/problem+json').send(JSON.stringify(problem));
}

/** Answers with the problem for a handler's error. Unexpected errors are logged once and answered without detail. */
export function problemHandler(logger: Logger): ErrorRequestHandler {
  return async (error, request, response, _next) => {
    if (response.headersSent) {
      const isLeft = (error as { code?: string }).code === 'ERR_STREAM_PREMATURE_CLOSE';
      if (!isLeft)
        logger.error('an answer was interrupted', {
          requestId: requestState(response).requestId,
          path: request.path,
          error,
        });
      response.destroy();
      return;
    }
    const known = toDomainError(error);
    await noteRefusal(request, response, known?.code ?? 'internal');
    if (known) return sendProblem(request, response, known.code, known.message, known.fields);
    logger.error('answering a request', {
      requestId: requestState(response).requestId,
      method: request.method,
      path: request.path,
      error,
    });
    sendProblem(
      request,
      response,
      'internal',
      'an unexpected error; the operator can find it in the log by the requestId',
    );
  };
}

function toDomainError(error: unknown): DomainError | undefined {
  if (error instanceof DomainError) return error;
  if (error instanceof ZodError)
    return new DomainError('invalid_request', 'the request is not valid', { fields: fieldErrors(error) });
  if (error instanceof RunnerError)
    return error.unreachable
      ? new DomainError('runner_unavailable', error.message)
      : error.problem === 'no_capacity' || error.problem === 'shutting_down'
        ? new DomainError(error.problem, error.message)
        : undefined;
  const { type, status, limit } = (error ?? {}) as { type?: string; status?: number; limit?: number };
  if (type === 'entity.parse.failed')
    return new DomainError('malformed_json', 'reading the body', {
      fields: [{ pointer: '', detail: `it is not valid JSON: ${(error as Error).message}` }],
    });
  if (type === 'entity.too.large')
    return new DomainError(
      'payload_too_large',
      `reading the body: it is larger than ${(limit ?? 0) / 1024 / 1024} MB`,
    );
  if (type === 'charset.unsupported' || type === 'encoding.unsupported')
    return new DomainError('unsupported_media_type', `reading the body: ${(error as Error).message}`);
  if (error instanceof URIError)
    return new DomainError('invalid_request', 'the path is not valid percent-encoding');
  // Other refusals of the body parser, for example invalid compression.
  if (status === 400)
    return new DomainError('invalid_request', `reading the body: ${(error as Error).message}`);
  return undefined;
}

/** Returns an RFC 6901 pointer to each invalid field, with what is wrong. */
export function fieldErrors(error: ZodError): FieldError[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({
        pointer: pointer([...issue.path, key]),
        detail: 'is not a field of this request',
      }));
    const detail = issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
    return [{ pointer: pointer(issue.path), detail }];
  });
}

function pointer(path: PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
