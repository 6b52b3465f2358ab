import type { Endpoint } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { Request, RequestHandler, Response, Router } from 'express';
import type { z } from 'zod';
import type { Principal } from '../access/principal.ts';
import { admit, guardOf, requireScope } from './admit.ts';
import { type Call, isAudited, openCall } from './call.ts';
import { jsonBody } from './json-body.ts';
import { redactAnswer } from './redact-answer.ts';
import { requestState } from './request-state.ts';

type Output<S> = S extends z.ZodType ? z.output<S> : undefined;

export type Input<E extends Endpoint> = {
  params: Output<E['params']>;
  query: Output<E['query']>;
  body: Output<E['body']>;
  principal: Principal;
  /** The call's entry in the audit log. */
  call: Call;
  request: Request;
  response: Response;
};

/** Returns the JSON to answer with, or `undefined` if the handler has already sent the answer. */
export type Handler<E extends Endpoint> = (
  input: Input<E>,
) => Promise<(E['answer'] extends z.ZodType ? z.input<E['answer']> : never) | undefined>;

const parseJson = jsonBody();

/**
 * Mounts an operation. Before the handler runs, the caller is authenticated, authorised and rate-limited, the input is
 * validated, and the project is checked against the caller's scope. The audit log entry is written before the answer.
 */
export function route<E extends Endpoint>(
  router: Router,
  endpoint: E,
  handler: Handler<E>,
  readBody: RequestHandler[] = [parseJson],
): void {
  const path = endpoint.path.replace(/\{(\w+)\}/g, ':$1');
  router[endpoint.method](
    path,
    admit(endpoint),
    ...readBody,
    async (request: Request, response: Response) => {
      const { audit } = guardOf(request);
      const state = requestState(response);
      const call = openCall(audit, request, response);
      const input = {
        params: parseParams(endpoint, request),
        query: endpoint.query?.parse(request.query),
        body: endpoint.body && parseBody(endpoint.body, request),
        principal: state.principal,
        call,
        request,
        response,
      } as Input<E>;
      await requireScope(endpoint, input.principal, input, request, response);
      if (input.body !== undefined && isAudited(endpoint)) state.bodyDigest = audit.digest(input.body);
      const answer = await handler(input);
      state.jobId ??= jobOf(answer);
      if (isAudited(endpoint) && !call.recorded) await call.record(guardOf(request).query);
      if (answer === undefined || response.headersSent) return;
      response.status(endpoint.status).json(await redacted(endpoint, answer, request, response));
    },
  );
}

/** Redacts every JSON answer here, so that no operation can forget it. */
async function redacted(
  { answer: schema, redaction }: Endpoint,
  answer: unknown,
  request: Request,
  response: Response,
): Promise<unknown> {
  if (redaction === 'handler' || typeof schema === 'string') return answer;
  const { projectId, jobId } = requestState(response);
  return redactAnswer(schema, answer, { projectId, jobId }, guardOf(request).redactorOf);
}

function jobOf(answer: unknown): string | undefined {
  const { jobId } = (answer ?? {}) as { jobId?: unknown };
  return typeof jobId === 'string' ? jobId : undefined;
}

/** Answers an id that no job can have with the same 404 as an unknown job. */
function parseParams({ params }: Endpoint, request: Request): unknown {
  const { success, data, error } = params?.safeParse(request.params) ?? { success: true };
  if (success) return data;
  if (error?.issues.every(({ path }) => path.length === 1 && path[0] === 'jobId'))
    throw new DomainError('job_not_found', `no job ${String(request.params.jobId).slice(0, 100)} exists`);
  throw error;
}

function parseBody(schema: z.ZodType, request: Request): unknown {
  const empty = request.headers['content-length'] === '0' || request.headers['content-length'] === undefined;
  if (request.body === undefined && !(empty && request.headers['transfer-encoding'] === undefined))
    throw new DomainError('unsupported_media_type', 'reading the body: send it as application/json');
  return schema.parse(request.body ?? {});
}
