import type { Diagnostic, JobErrorReason, RunOutcome, StepName } from '@deployment-engine/contracts';
import type { Logger } from 'winston';
import type { Context } from '../../context.ts';
import type { JobSecrets } from '../../projects/secrets/job-secrets.ts';
import type { RunnerState } from '../../runners/registry.ts';
import type { JobRow, Lease } from '../../server/database/job-row.ts';

/** One claimed job that this gateway's worker processes. */
export type JobWork = {
  context: Context;
  job: JobRow;
  lease: Lease;
  /** It was in the queue, so no run of it was in progress when this work began. */
  isQueued: boolean;
  runner: RunnerState;
  secrets: JobSecrets;
  logger: Logger;
  /** Aborted when the lease is lost or the gateway shuts down. The job itself continues at another gateway. */
  signal: AbortSignal;
};

/** How a phase of a job ended. Everything but `done` ends the job or parks it. */
export type PhaseResult =
  | { kind: 'done' }
  | { kind: 'parked' }
  | { kind: 'run_ended'; outcome: Exclude<RunOutcome, { kind: 'succeeded' }> }
  | {
      kind: 'refused';
      step: StepName;
      reason: JobErrorReason;
      message: string;
      /** Replaces the diagnostics of the last run. */
      diagnostics?: Diagnostic[];
    }
  | { kind: 'cancelled' };
