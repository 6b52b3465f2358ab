import type { ProblemCode } from '@deployment-engine/contracts';
import type { RunnerError } from '../../runner-error.ts';
import type { JobWork } from './job-work.ts';

/** The runner that had a job's run has not answered for too long, or has lost the run. */
export class RunnerLostError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RunnerLostError';
  }
}

/** What a runner in trouble answers, with a full disk for example, though the run itself goes on. */
const passingProblems: (ProblemCode | undefined)[] = ['state_not_found', 'internal'];

/** Counts how long a runner is of no use, and gives it up after the configured time. */
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
