import type { Problem, ProblemCode } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { ErrorRequestHandler } from 'express';
import type { Logger } from 'winston';

/** HTTP status and title of each problem this service returns. */
const answers: Partial<Record<ProblemCode, { status: number; title: string }>> = {
  invalid_request: { status: 400, title: 'The request is not valid' },
  malformed_json: { status: 400, title: 'The body is not valid JSON' },
  payload_too_large: { status: 413, title: 'The body is too large' },
  unauthenticated: { status: 401, title: 'The signature of the request is missing or not valid' },
  route_not_found: { status: 404, title: 'No such route' },
  run_not_found: { status: 404, title: 'No such run' },
  plan_not_found: { status: 409, title: 'The run has no plan' },
  terraform_log_not_found: { status: 404, title: 'The run has no Terraform log' },
  state_not_found: { status: 404, title: 'The run has no state' },
  plan_digest_mismatch: { status: 409, title: 'The request names another plan' },
  revision_missing: { status: 409, title: 'The files of the revision are missing' },
  revision_unreadable: { status: 500, title: 'The files of the revision cannot be stored' },
  run_conflict: { status: 409, title: 'The run exists or is in use' },
  no_sandbox: { status: 503, title: 'The runner cannot sandbox runs' },
  no_capacity: { status: 503, title: 'All slots are taken' },
  shutting_down: { status: 503, title: 'The runner is shutting down' },
  internal: { status: 500, title: 'The runner met an unexpected error' },
};
const internal = { status: 500, title: 'The runner met an unexpected error' };

/** Returns errors as RFC 9457 problem details. Logs anything but a `DomainError` and hides its detail. */
export function problemHandler(logger: Logger): ErrorRequestHandler {
  return (error, request, response, _next) => {
    if (response.headersSent) {
      const { method, path } = request;
      if (!isLeft(error)) logger.error('sending a response', { method, path, error });
      response.destroy();
      return;
    }
    const known = asDomainError(error);
    if (!known) logger.error('answering a request', { method: request.method, path: request.path, error });
    const code = known?.code ?? 'internal';
    const { status, title } = answers[code] ?? internal;
    const detail = known?.message ?? 'the runner met an unexpected error; its log has the detail';
    const problem: Problem = {
      type: `urn:deployment-engine:problem:${code}`,
      title,
      status,
      code,
      detail,
      error: detail,
      instance: request.path,
      ...(known && known.fields.length > 0 ? { errors: known.fields } : {}),
    };
    response.status(status).type('application/problem+json').send(JSON.stringify(problem));
  };
}

/** Whether the client closed the connection, which is not an error of the runner. */
function isLeft(error: unknown): boolean {
  return (error as { code?: string }).code === 'ERR_STREAM_PREMATURE_CLOSE';
}

function asDomainError(error: unknown): DomainError | undefined {
  if (error instanceof DomainError) return error;
  const type = (error as { type?: string }).type;
  if (type === 'entity.too.large')
    return new DomainError('payload_too_large', 'reading the body: it is too large');
  if (type?.startsWith('request.') || type?.startsWith('encoding.'))
    return new DomainError('invalid_request', 'reading the body: it ended early or is encoded');
  return undefined;
}
