import { setTimeout as delay } from 'node:timers/promises';
import type { Context } from '../../context.ts';
import { JobSecrets } from '../../projects/secrets/job-secrets.ts';
import { type Claim, type Claimer, releaseLeases, renewLeases } from '../claim.ts';
import { LeaseLostError } from '../lease-lost-error.ts';
import { afterCrash } from './after-crash.ts';
import { forwardCancel } from './forward-cancel.ts';
import type { JobWork } from './job-work.ts';
import { processJob } from './process-job.ts';
import { runnerOfJob } from './runner-of-job.ts';

const shutdownMs = 5000;
/** A job's row changes often, by this worker's own writes above all. */
const cancelCheckMs = 200;

type ActiveJob = {
  work: JobWork;
  abort: AbortController;
  done: Promise<void>;
  /** Set while a look at the job's cancel request is due. */
  cancelCheck?: NodeJS.Timeout | undefined;
};

export type PreparedJob = { work: JobWork; abort: AbortController };

/** The claimed jobs in progress here: processes each, renews their leases and forwards their cancel requests. */
export class ActiveJobs implements AsyncDisposable {
  readonly #context: Context;
  readonly #claimer: Claimer;
  readonly #onEnd: () => void;
  readonly #jobs = new Map<string, ActiveJob>();
  #renewal: NodeJS.Timeout | undefined;
  #stopping = false;

  /** `onEnd` is called after each job that has ended. */
  constructor(context: Context, claimer: Claimer, onEnd: () => void) {
    this.#context = context;
    this.#claimer = claimer;
    this.#onEnd = onEnd;
  }

  /** Starts renewing leases. */
  start(): void {
    const renewalMs = (this.#claimer.leaseSeconds * 1000) / 4;
    this.#renewal = setTimeout(
      () =>
        void this.#renewLeases()
          .catch((error) => this.#context.logger.warn('renewing leases', { error }))
          .finally(() => this.#stopping || this.start()),
      renewalMs,
    );
  }

  async prepare(claim: Claim): Promise<PreparedJob> {
    const context = this.#context;
    const runner = await runnerOfJob(context, claim);
    const abort = new AbortController();
    const logger = context.logger.child({ jobId: claim.job.id, projectId: claim.job.project_id });
    const secrets = new JobSecrets(context, claim.job);
    return { work: { context, ...claim, runner, secrets, logger, signal: abort.signal }, abort };
  }

  /** Processes a job beside the others; errors of a job end with it. */
  process({ work, abort }: PreparedJob): void {
    const { id } = work.job;
    this.#jobs.get(id)?.abort.abort(new LeaseLostError(id)); // its lease ran out here while this process slept
    this.#context.metrics.jobsInProgress.inc();
    const entry: ActiveJob = { work, abort, done: Promise.resolve() };
    this.#jobs.set(id, entry);
    entry.done = processJob(work)
      .catch((error) => afterCrash(work, error))
      .finally(() => this.#end(entry));
  }

  /** A job's row has changed: it may have been asked to cancel. */
  jobChanged(jobId: string): void {
    const job = this.#jobs.get(jobId);
    if (!job || job.cancelCheck) return;
    job.cancelCheck = setTimeout(() => {
      job.cancelCheck = undefined;
      this.#forwardCancel(job.work);
    }, cancelCheckMs);
  }

  /** Stops working on all jobs and releases their leases. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#renewal);
    const jobs = [...this.#jobs.values()];
    for (const { abort } of jobs) abort.abort(new Error('the gateway is shutting down'));
    const allDone = Promise.all(jobs.map(({ done }) => done));
    await Promise.race([allDone, delay(shutdownMs, undefined, { ref: false })]);
    const leases = jobs.map(({ work }) => work.lease);
    await releaseLeases(this.#context.database.query, leases);
  }

  #end(entry: ActiveJob): void {
    const { id } = entry.work.job;
    clearTimeout(entry.cancelCheck);
    this.#context.metrics.jobsInProgress.dec();
    if (this.#jobs.get(id) === entry) {
      this.#jobs.delete(id);
      this.#context.runners.release(id);
    }
    this.#onEnd();
  }

  async #renewLeases(): Promise<void> {
    const jobs = [...this.#jobs.values()];
    const leases = jobs.map(({ work }) => work.lease);
    const renewed = await renewLeases(this.#context.database.query, this.#claimer, leases);
    for (const { work, abort } of jobs) {
      if (!renewed.has(work.job.id)) abort.abort(new LeaseLostError(work.job.id));
      else this.#forwardCancel(work);
    }
  }

  /** Not awaited: a runner that hangs must not cost the leases. */
  #forwardCancel(work: JobWork): void {
    void forwardCancel(work).catch((error) => work.logger.warn('forwarding a cancel', { error }));
  }
}
