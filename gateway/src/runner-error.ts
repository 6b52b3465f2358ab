import type { ProblemCode } from '@deployment-engine/contracts';

/** What went wrong between gateway and runner. */
export class RunnerError extends Error {
  /** The runner's own reason, or `undefined` where it did not answer at all. */
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
