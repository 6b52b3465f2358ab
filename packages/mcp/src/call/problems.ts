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
    says: repeated.map(
      ({ fingerprint, times }) =>
        `You were told the error with the fingerprint ${fingerprint} ${times} times now: what you changed did not help. Do not send the same code again. Read the error anew, try another way, or ask the user.`,
    ),
  };
}

function withoutEmpty(problem: Problem) {
  return Object.fromEntries(
    Object.entries(problem).filter(
      ([, value]) => value !== null && !(Array.isArray(value) && value.length === 0),
    ),
  );
}
