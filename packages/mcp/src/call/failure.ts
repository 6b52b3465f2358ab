import { ApiError } from '@deployment-engine/client';
import type { Answer } from '../answer/answer.ts';
import type { Call } from './call.ts';
import { CallError } from './call-error.ts';
import { repeatedRefusal } from './problems.ts';

/** Says why a call has failed, and whether the caller was refused the same before. */
export function failureAnswer(call: Call, toolName: string, error: unknown): Answer {
  if (error instanceof CallError) {
    const { says, facts } = repeatedRefusal(call, toolName, { code: 'wrong_call', summary: error.message });
    return { says: [error.message, ...says], facts: { code: null, ...facts }, isError: true };
  }
  if (error instanceof ApiError) return refusalAnswer(call, toolName, error);
  return {
    says: ['The call failed.'],
    facts: { code: null },
    data: { error: (error as Error).message },
    isError: true,
  };
}

function refusalAnswer(call: Call, toolName: string, error: ApiError): Answer {
  const { code, status, detail, fields, requestId } = error;
  const problem = { code: code ?? String(status), summary: JSON.stringify([detail, fields]) };
  const { says, facts } = passes(status) ? { says: [], facts: {} } : repeatedRefusal(call, toolName, problem);
  return {
    says: [`The engine refused the call: ${code ?? 'unknown problem'} (${status}).`, ...says],
    facts: { code, status, requestId, ...facts },
    data: { detail, fields },
    isError: true,
  };
}

/** Whether the same call may succeed later. */
function passes(status: number): boolean {
  return status === 429 || status >= 500;
}
