import type { ProblemCode } from '@deployment-engine/contracts';
import type { Request, Response } from 'express';
import { guardOf } from './admit.ts';
import { callFacts, isAudited } from './call.ts';
import { requestState } from './request-state.ts';

const deniedCodes: readonly ProblemCode[] = [
  'unauthenticated',
  'forbidden',
  'forbidden_host',
  'self_approval',
  'rate_limited',
];

/** Writes denied calls to the audit log, and failed calls of operations that are audited. */
export async function noteRefusal(request: Request, response: Response, code: ProblemCode): Promise<void> {
  const { endpoint, isOutOfScope } = requestState(response);
  const isDenied = isOutOfScope || deniedCodes.includes(code);
  if (!isDenied && !(endpoint && isAudited(endpoint))) return;
  const end = { outcome: isDenied ? ('denied' as const) : ('failed' as const), problem: code };
  await guardOf(request).refusals.note(callFacts(request, response, end));
}
