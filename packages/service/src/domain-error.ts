import type { ProblemCode } from '@deployment-engine/contracts';

export type FieldError = { pointer: string; detail: string };

/** A refusal with a reason its caller can act on. It knows no HTTP status; each service's `http/problems.ts` has the table. */
export class DomainError extends Error {
  readonly code: ProblemCode;
  readonly fields: FieldError[];

  constructor(code: ProblemCode, message: string, options: { cause?: unknown; fields?: FieldError[] } = {}) {
    super(message, { cause: options.cause });
    this.name = 'DomainError';
    this.code = code;
    this.fields = options.fields ?? [];
  }
}
