import type { ProblemCode } from '@deployment-engine/contracts';
import type { RunnerError } from '../../runner-error.ts';
import type { JobWork } from './job-work.ts';

/** Thrown when a job's runner has not answered for too long, or no longer has the run. */
export class RunnerLostError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RunnerLostError';
  }
}

/** Problems that a runner answers while it cannot serve, for example with a full disk, though the run continues. */
const passingProblems: (ProblemCode | undefined)[] = ['state_not_found', 'internal'];

/** Measures how long a runner has not answered usefully, and declares it lost after the configured time. */
export function runnerTimeout(work: JobWork) {
  const limitMs = work.context.config.runnerLostSeconds * 1000;
  let silentSince: number | undefined;
  return {
    answered(): void {
      silentSince = undefined;
    },
    /** Throws `RunnerLostError` after the timeout; rethrows errors that waiting cannot fix. */
    failed(error: RunnerError): void {
      if (error.problem === 'run_not_found')
        throw new RunnerLostError(`the runner at ${work.runner.client.url} no longer knows the run`);
      if (!error.unreachable && !passingProblems.includes(error.problem)) throw error;
      silentSince ??= Date.now();
      if (Date.now() - silentSince >= limitMs)
        throw new RunnerLostError(`${error.message} for ${Math.round(limitMs / 1000)} s`);
    },
  };
}
