import type { ProblemCode } from '@deployment-engine/contracts';

export type FieldError = { pointer: string; detail: string };

/** A refusal that its caller can act on. Each service's `http/problems.ts` maps codes to HTTP statuses. */
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
