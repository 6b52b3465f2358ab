import type { AuditFacts, Endpoint, ProblemCode } from '@deployment-engine/contracts';
import type { Request, Response } from 'express';
import type { AuditLog } from '../access/audit/log.ts';
import { enginePrincipal, type Principal } from '../access/principal.ts';
import type { Query } from '../server/database/open.ts';
import { requestState } from './request-state.ts';

/** A handler's access to the audit log entry of its call. */
export type Call = {
  /**
   * Writes the entry of a successful call. Call it as the last statement of the transaction that changes something, or
   * before showing secrets. For a change whose handler does not call it, the entry is written before the answer.
   */
  record(query: Query, more?: Partial<AuditFacts>): Promise<void>;
  readonly recorded: boolean;
};

export function isAudited(endpoint: Endpoint): boolean {
  return endpoint.audited ?? endpoint.method !== 'get';
}

export function openCall(log: AuditLog, request: Request, response: Response): Call {
  let recorded = false;
  return {
    get recorded() {
      return recorded;
    },
    async record(query, more = {}) {
      const facts = callFacts(request, response, { outcome: 'ok', problem: null });
      const detail = { ...facts.detail, ...more.detail };
      await log.append(query, { ...facts, ...more, detail });
      recorded = true;
    },
  };
}

/** Returns what is known about a call when it ends or is refused. */
export function callFacts(
  request: Request,
  response: Response,
  end: { outcome: AuditFacts['outcome']; problem: ProblemCode | null },
): AuditFacts {
  const { endpoint, principal, projectId, jobId, bodyDigest, requestId, auditDetail } =
    requestState(response);
  return {
    ...end,
    actor: actorOf(principal),
    action: endpoint?.operationId ?? 'none',
    project: projectId ?? null,
    job: jobId ?? null,
    digest: bodyDigest ?? null,
    address: request.ip ?? null,
    requestId,
    count: 1,
    detail: auditDetail ?? {},
  };
}

/** Returns the entry for an action of the engine itself. */
export function engineFacts(
  action: string,
  what: { project: string; job: string; detail?: Record<string, unknown> },
): AuditFacts {
  return {
    actor: actorOf(enginePrincipal),
    action,
    project: what.project,
    job: what.job,
    digest: null,
    address: null,
    outcome: 'ok',
    problem: null,
    requestId: null,
    count: 1,
    detail: what.detail ?? {},
  };
}

function actorOf({ kind, id, name, role }: Principal): AuditFacts['actor'] {
  return { kind, id, name, role: kind === 'anonymous' ? null : role };
}
