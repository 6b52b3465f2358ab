import type { ProblemCode } from '@deployment-engine/contracts';

/** Codes of errors before a connection is made. */
const neverSent = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'];

/** A runner did not answer, or answered with a problem. */
export class RunnerError extends Error {
  /** The runner's own reason, or `undefined` if it did not answer. */
  readonly problem: ProblemCode | undefined;

  constructor(message: string, options: { problem?: ProblemCode | undefined; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'RunnerError';
    this.problem = options.problem;
  }

  /** Whether no connection was made, so that the runner can't have received the request. */
  get neverSent(): boolean {
    return neverSent.includes((this.cause as { code?: string } | undefined)?.code ?? '');
  }

  get unreachable(): boolean {
    return this.problem === undefined;
  }
}
