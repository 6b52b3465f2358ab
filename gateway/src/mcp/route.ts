import { createServer } from 'node:http';
import { createClient } from '@deployment-engine/client';
import { createMcpServer, Repetitions } from '@deployment-engine/mcp';
import { DomainError } from '@deployment-engine/service';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { type Express, type Request, type RequestHandler, Router } from 'express';
import type { Principal } from '../access/principal.ts';
import { addressKey } from '../access/rate-limits.ts';
import type { Context } from '../context.ts';
import { jsonBody, type RawRequest } from '../http/json-body.ts';
import { requestState } from '../http/request-state.ts';
import { inProcessFetch } from './in-process.ts';

/** Its name and port are of no meaning: requests do not leave the process. */
const url = 'http://engine.internal';
/** Code of a project has at most 5 MB. A larger repository is deployed over standard input, from its folder. */
const maxBytes = 8 * 1024 * 1024;
/** Longer than the longest request of the API, a validation, which the gateway ends after five and a half minutes. */
const timeoutMs = 6 * 60 * 1000;
/** Calls of one caller at the same time: each holds its arguments while it waits. */
const maxCallsAtWork = 16;

/**
 * Serves the Model Context Protocol at `/mcp`. Every tool calls the public API with the caller's own credentials, in this
 * process: role, scope, limits, audit and redaction are those of the API.
 * Source: https://modelcontextprotocol.io/specification/2026-07-28/basic/transports
 */
export function mcpRoute({ config, access, logger }: Context, app: Express): Router {
  const inner = createServer(app);
  const callers = new WeakMap<object, Request>();
  const repetitions = new Repetitions();
  const handler = createMcpHandler(
    ({ authInfo }) => {
      const request = authInfo && callers.get(authInfo);
      if (!request?.res) throw new Error('serving a tool: the caller is not known');
      return createMcpServer({
        client: createClient({
          url,
          token: tokenOf(request),
          fetch: inProcessFetch(inner, peerOf(request)),
          timeoutMs,
        }),
        caller: requestState(request.res).principal.id,
        repetitions,
      });
    },
    { maxRequestBodySize: maxBytes },
  );
  const answer = toNodeHandler(handler, {
    onerror: (error) => logger.error('answering an agent', { error }),
  });
  const router = Router();
  router.all(
    '/mcp',
    checkOrigin(config.access.corsOrigins),
    authenticate(access),
    boundCalls(),
    jsonBody(maxBytes),
    (request, response) => {
      delete (request as RawRequest).rawBody; // a call may wait for minutes
      const authInfo = { token: '', clientId: '', scopes: [] };
      callers.set(authInfo, request);
      return answer(Object.assign(request, { auth: authInfo }), response, request.body);
    },
  );
  return router;
}

/** A page of another origin must not reach the tools with its reader's rights. Programs send no `Origin`. */
function checkOrigin(allowed: string[]): RequestHandler {
  return ({ headers: { origin, host } }, _response, next) => {
    if (origin === undefined || allowed.includes(origin)) return next();
    if (URL.canParse(origin) && new URL(origin).host === host) return next();
    throw new DomainError(
      'forbidden_host',
      `the request comes from ${JSON.stringify(origin.slice(0, 100))}; add its origin to CORS_ORIGINS if it may call this engine`,
    );
  };
}

function boundCalls(): RequestHandler {
  const atWork = new Map<string, number>();
  return (_request, response, next) => {
    const { id } = requestState(response).principal;
    const count = (atWork.get(id) ?? 0) + 1;
    if (count > maxCallsAtWork)
      throw new DomainError(
        'rate_limited',
        `the caller has ${maxCallsAtWork} calls at work; wait until one has ended`,
      );
    atWork.set(id, count);
    response.once('close', () => {
      const left = (atWork.get(id) ?? 1) - 1;
      if (left > 0) atWork.set(id, left);
      else atWork.delete(id);
    });
    next();
  };
}

function authenticate(access: Context['access']): RequestHandler {
  return async (request, response, next) => {
    const principal: Principal = await access.authenticate(request, response);
    requestState(response).principal = principal;
    await access.limits.countCall(
      principal.kind === 'open' ? addressKey(request.ip) : principal.id,
      response,
    );
    next();
  };
}

function tokenOf(request: Request): string | undefined {
  return request.get('authorization')?.replace(/^bearer\s+/i, '');
}

function peerOf({ ip, socket, headers: { host } }: Request) {
  return { remoteAddress: ip, localPort: socket.localPort, host };
}
