import type { z } from 'zod';
import type { ProblemCode } from './problem.ts';

export const roles = ['viewer', 'deployer', 'approver', 'admin'] as const;
/** Minimum role of a caller; `public` needs none. Each role includes the permissions of those before it. */
export type RequiredRole = (typeof roles)[number] | 'public';

/** One operation of the public API: defines the router's checks and the OpenAPI document. */
export type Endpoint = {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** OpenAPI template, for example `/api/deploy/status/{jobId}`. */
  path: string;
  operationId: string;
  tag: string;
  summary: string;
  /** Will be removed in the next version. */
  deprecated?: boolean;
  role: RequiredRole;
  /**
   * `any`: callers of every scope may call it, because it shows only what is in their scope or touches no
   * project. Without it, an operation whose input names no project or job is only for callers with access to
   * all projects.
   */
  scope?: 'any';
  /** Whether calls are written to the audit log. By default all but GET are. */
  audited?: boolean;
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** Media type of a body that is not JSON; such an operation has no `body`. */
  bodyType?: string;
  /** Whether `Idempotency-Key` is supported. */
  createsJob?: boolean;
  /**
   * By default the router redacts a project's secrets in every text of a JSON response. `handler`: the
   * operation does that itself, because some callers see raw values, or because its texts come from the
   * engine.
   */
  redaction?: 'handler';
  status: number;
  /** Schema of a JSON response, or the media type of any other. */
  answer: z.ZodType | string;
  /** Schema of each event's data, if the answer is `text/event-stream`. */
  event?: z.ZodType;
  problems: readonly ProblemCode[];
};

/** Keeps an endpoint's literal types, so that its schemas type the handler. */
export function endpoint<const E extends Endpoint>(definition: E): E {
  return definition;
}
