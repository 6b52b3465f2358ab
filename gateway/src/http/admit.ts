import type { Endpoint } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { Application, Request, RequestHandler, Response } from 'express';
import type { Access } from '../access/access.ts';
import type { AuditLog } from '../access/audit/log.ts';
import type { Refusals } from '../access/audit/refusals.ts';
import { anonymousPrincipal, hasRole, mayTouch, mayTouchAll, type Principal } from '../access/principal.ts';
import { addressKey } from '../access/rate-limits.ts';
import type { Query } from '../server/database/open.ts';
import type { RedactorOf } from './redact-answer.ts';
import { requestState } from './request-state.ts';

/** The parts of the engine that routing uses. */
export type Guard = {
  access: Access;
  audit: AuditLog;
  refusals: Refusals;
  query: Query;
  /** Returns the project of a job, or `undefined` if there is no such job. */
  projectOfJob(jobId: string): Promise<string | undefined>;
  redactorOf: RedactorOf;
};

const guards = new WeakMap<Application, Guard>();

export function setGuard(app: Application, guard: Guard): void {
  guards.set(app, guard);
}

export function guardOf({ app }: Request): Guard {
  const guard = guards.get(app);
  if (!guard) throw new Error('answering a request: the app has no guard');
  return guard;
}

/** Authenticates, authorises and rate-limits a request from its headers alone. */
export function admit(endpoint: Endpoint): RequestHandler {
  return async (request, response, next) => {
    const state = requestState(response);
    state.endpoint = endpoint;
    response.setHeader('cache-control', 'no-store');
    const { access } = guardOf(request);
    const principal =
      endpoint.role === 'public' ? anonymousPrincipal : await access.authenticate(request, response);
    state.principal = principal;
    await access.limits.countCall(isKnown(principal) ? principal.id : addressKey(request.ip), response);
    if (endpoint.role !== 'public' && !hasRole(principal, endpoint.role))
      throw new DomainError(
        'forbidden',
        `${endpoint.operationId} needs the role ${endpoint.role}; the caller is ${principal.role}`,
      );
    if (needsWholeScope(endpoint) && !mayTouchAll(principal))
      throw new DomainError('forbidden', `${endpoint.operationId} needs a caller whose projects are *`);
    next();
  };
}

function isKnown({ kind }: Principal): boolean {
  return kind === 'api_key' || kind === 'jwt';
}

function needsWholeScope(endpoint: Endpoint): boolean {
  if (endpoint.role === 'public' || endpoint.scope === 'any') return false;
  const named = Object.keys({ ...endpoint.params?.shape, ...bodyShape(endpoint) });
  return !named.includes('projectId') && !named.includes('jobId');
}

function bodyShape({ body }: Endpoint): object {
  return body && 'shape' in body ? (body.shape as object) : {};
}

type Named = { params?: unknown; query?: unknown; body?: unknown };

/**
 * Refuses projects and jobs outside a caller's scope, with the same 404 as for those that do not exist. An operation
 * that does not refuse missing projects answers 403 instead, and says that the project is out of scope.
 */
export async function requireScope(
  endpoint: Endpoint,
  principal: Principal,
  input: Named,
  request: Request,
  response: Response,
): Promise<void> {
  const state = requestState(response);
  const { projectId, jobId } = named(input);
  state.projectId = projectId;
  state.jobId = jobId;
  if (endpoint.role === 'public') return;
  if (jobId !== undefined) {
    const owner = mayTouchAll(principal) ? undefined : await guardOf(request).projectOfJob(jobId);
    state.projectId ??= owner;
    if (!mayTouchAll(principal) && !(owner !== undefined && mayTouch(principal, owner))) {
      state.isOutOfScope = owner !== undefined;
      throw new DomainError('job_not_found', `no job ${jobId} exists`);
    }
  }
  if (projectId === undefined || mayTouch(principal, projectId)) return;
  state.isOutOfScope = true;
  if (!endpoint.problems.includes('project_not_found'))
    throw new DomainError('forbidden', `project ${projectId} is not among the caller's projects`);
  throw new DomainError(
    'project_not_found',
    `no project ${projectId} exists; a first deploy or plan creates it`,
  );
}

function named(input: Named): { projectId?: string; jobId?: string } {
  const parts = [input.query, input.body, input.params].filter((part) => part && typeof part === 'object');
  return Object.assign({}, ...parts.map((part) => pick(part as Record<string, unknown>)));
}

function pick(part: Record<string, unknown>): { projectId?: string; jobId?: string } {
  return {
    ...(typeof part.projectId === 'string' ? { projectId: part.projectId } : {}),
    ...(typeof part.jobId === 'string' ? { jobId: part.jobId } : {}),
  };
}
