import { randomUUID } from 'node:crypto';
import type { Endpoint } from '@deployment-engine/contracts';
import type { Response } from 'express';
import { anonymousPrincipal, type Principal } from '../access/principal.ts';

/** What is known of a request so far; each part is set as soon as it is known. */
export type RequestState = {
  readonly requestId: string;
  /** The operation; absent where no route fits. */
  endpoint?: Endpoint;
  /** Anonymous until the caller is authenticated. */
  principal: Principal;
  /** Ids that the request names, or that its answer made. */
  projectId?: string | undefined;
  jobId?: string | undefined;
  /** The project or job exists, and is outside the caller's scope. */
  isOutOfScope: boolean;
  /** Digest of the body, for the audit log. */
  bodyDigest?: string;
  /** What the audit entry says beside the facts of every call. */
  auditDetail?: Record<string, unknown>;
};

const states = new WeakMap<Response, RequestState>();

/** The state of the request that this response answers. */
export function requestState(response: Response): RequestState {
  const known = states.get(response);
  if (known) return known;
  const state = { requestId: randomUUID(), principal: anonymousPrincipal, isOutOfScope: false };
  states.set(response, state);
  return state;
}
