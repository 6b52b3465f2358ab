import type { Endpoint } from '@deployment-engine/contracts';
import type { Request, Response, Router } from 'express';
import type { z } from 'zod';
import { openPrincipal, type Principal } from '../access/principal.ts';
import { DomainError } from '../domain-error.ts';

type Output<S> = S extends z.ZodType ? z.output<S> : undefined;

export type Input<E extends Endpoint> = {
  params: Output<E['params']>;
  query: Output<E['query']>;
  body: Output<E['body']>;
  principal: Principal;
  request: Request;
  response: Response;
};

/** The JSON to answer with, or nothing where the handler has answered by itself. */
export type Handler<E extends Endpoint> = (
  input: Input<E>,
) => Promise<(E['answer'] extends z.ZodType ? z.input<E['answer']> : never) | undefined>;

/** Mounts an operation: its inputs are checked by its schemas before the handler sees them. */
export function route<E extends Endpoint>(router: Router, endpoint: E, handler: Handler<E>): void {
  const path = endpoint.path.replace(/\{(\w+)\}/g, ':$1');
  router[endpoint.method](path, async (request: Request, response: Response) => {
    response.locals.route = endpoint.path;
    const input = {
      params: endpoint.params?.parse(request.params),
      query: endpoint.query?.parse(request.query),
      body: endpoint.body && parseBody(endpoint.body, request),
      principal: response.locals.principal ?? openPrincipal,
      request,
      response,
    } as Input<E>;
    const answer = await handler(input);
    if (answer !== undefined && !response.headersSent) response.status(endpoint.status).json(answer);
  });
}

function parseBody(schema: z.ZodType, request: Request): unknown {
  const empty = request.headers['content-length'] === '0' || request.headers['content-length'] === undefined;
  if (request.body === undefined && !(empty && request.headers['transfer-encoding'] === undefined))
    throw new DomainError('unsupported_media_type', 'reading the body: send it as application/json');
  return schema.parse(request.body ?? {});
}
