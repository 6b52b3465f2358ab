import { randomUUID } from 'node:crypto';
import type { Endpoint } from '@deployment-engine/contracts';
import type { Response } from 'express';
import { anonymousPrincipal, type Principal } from '../access/principal.ts';

/** What is known about a request so far. Each field is set as soon as it is known. */
export type RequestState = {
  readonly requestId: string;
  /** The operation; absent if no route matches. */
  endpoint?: Endpoint;
  /** Anonymous until the caller is authenticated. */
  principal: Principal;
  /** Ids that the request names, or that the handler created. */
  projectId?: string | undefined;
  jobId?: string | undefined;
  /** Whether the project or job exists but is outside the caller's scope. */
  isOutOfScope: boolean;
  /** Digest of the body, for the audit log. */
  bodyDigest?: string;
  /** Details of the audit entry, beside the facts of every call. */
  auditDetail?: Record<string, unknown>;
};

const states = new WeakMap<Response, RequestState>();

/** Returns the state of the request that this response answers. */
export function requestState(response: Response): RequestState {
  const known = states.get(response);
  if (known) return known;
  const state = { requestId: randomUUID(), principal: anonymousPrincipal, isOutOfScope: false };
  states.set(response, state);
  return state;
}
