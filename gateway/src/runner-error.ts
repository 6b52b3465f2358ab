import type { ProblemCode } from '@deployment-engine/contracts';

/** A runner did not answer, or answered with a problem. */
export class RunnerError extends Error {
  /** The runner's own reason, or `undefined` if it did not answer. */
  readonly problem: ProblemCode | undefined;

  constructor(message: string, options: { problem?: ProblemCode | undefined; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'RunnerError';
    this.problem = options.problem;
  }

  get unreachable(): boolean {
    return this.problem === undefined;
  }
}
