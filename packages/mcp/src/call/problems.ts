import type { JobView } from '@deployment-engine/contracts';
import type { Call } from './call.ts';
import { fingerprintOf, type Problem } from './repetitions.ts';

/**
 * Returns problems of code as data, each with a fingerprint, and what to say if the caller was told an error of the same
 * subject before, on another occasion. Warnings are not counted.
 */
export function problemData(
  call: Call,
  { subject, occasion }: { subject: string; occasion?: string },
  errors: Problem[],
  warnings: Problem[] = [],
) {
  const repeated = call.repetitions.count(
    call.caller,
    errors.map((each) => fingerprintOf(subject, each)),
    occasion,
  );
  return {
    data: [...errors, ...warnings].map((each) => ({
      ...withoutEmpty(each),
      fingerprint: fingerprintOf(subject, each),
    })),
    repeated: repeated.length,
    says: repeated.map(repetitionText),
  };
}

/**
 * Returns the errors that a job has failed with: those in code, else its reason, for example `policy_denied`. There are none
 * for a failure that may pass without a change, and for a cancelled job.
 */
export function errorsOf({ jobId, failure }: Pick<JobView, 'jobId' | 'failure'>): Problem[] {
  if (!failure) return [];
  const errors = failure.diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0 || failure.retryable || failure.reason === 'cancelled') return errors;
  // The id differs in each attempt, and the message may say where to read more of this one.
  return [{ code: failure.reason, summary: failure.message.replaceAll(jobId, '{jobId}') }];
}

/** Counts a refused call. Returns its fingerprint, and what to say if the caller was refused the same before. */
export function repeatedRefusal(call: Call, toolName: string, problem: Problem) {
  const fingerprint = fingerprintOf(toolName, problem);
  const repeated = call.repetitions.count(call.caller, [fingerprint]);
  return { says: repeated.map(repetitionText), facts: { fingerprint, repeated: repeated.length } };
}

function repetitionText({ fingerprint, times }: { fingerprint: string; times: number }): string {
  return `You were told the error with the fingerprint ${fingerprint} ${times} times now: what you changed did not help. Do not send the same again. Read the error anew, try another way, or ask the user.`;
}

function withoutEmpty(problem: Problem) {
  return Object.fromEntries(
    Object.entries(problem).filter(
      ([, value]) => value !== null && !(Array.isArray(value) && value.length === 0),
    ),
  );
}
