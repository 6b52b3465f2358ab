import type { z } from 'zod';
import type { ProblemCode } from './problem.ts';

export const roles = ['viewer', 'deployer', 'approver', 'admin'] as const;
/** Least role a caller needs; `public` needs none. Each role may do what the ones before it may. */
export type RequiredRole = (typeof roles)[number] | 'public';

/** One operation of the public API: what the router checks, and what the OpenAPI document says. */
export type Endpoint = {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** OpenAPI template, for example `/api/deploy/status/{jobId}`. */
  path: string;
  operationId: string;
  tag: string;
  summary: string;
  /** The next version will not have it. */
  deprecated?: boolean;
  role: RequiredRole;
  /**
   * `any`: callers of every scope may call it, for it shows only what is in the caller's scope, or touches no project.
   * Where it is absent and no input names a project or a job, only a caller for all projects may.
   */
  scope?: 'any';
  /** Whether a call is written to the audit log. By default every one that may change something: all but GET. */
  audited?: boolean;
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** True where `Idempotency-Key` is honoured. */
  createsJob?: boolean;
  /**
   * By default the router takes a project's secrets out of every text of a JSON answer. `handler`: the operation does
   * that itself, because it shows some callers raw values, or its texts are the engine's own.
   */
  redaction?: 'handler';
  status: number;
  /** Schema of a JSON answer, or the media type of another one. */
  answer: z.ZodType | string;
  problems: readonly ProblemCode[];
};

/** Keeps the literal types of an endpoint so that handlers are typed by its schemas. */
export function endpoint<const E extends Endpoint>(definition: E): E {
  return definition;
}
