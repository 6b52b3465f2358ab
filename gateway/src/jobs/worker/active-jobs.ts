import { setTimeout as delay } from 'node:timers/promises';
import type { Context } from '../../context.ts';
import { type Claimer, releaseLeases, renewLeases } from '../claim.ts';
import { LeaseLostError } from '../lease-lost-error.ts';
import { forwardCancel } from './forward-cancel.ts';
import type { JobWork } from './job-work.ts';

const shutdownMs = 5000;

export type ActiveJob = {
  work: JobWork;
  abort: AbortController;
  /** Resolves when this gateway has stopped working on the job. */
  done: Promise<void>;
};

/** The jobs in progress at this gateway. Renews their leases and forwards their cancel requests. */
export class ActiveJobs implements AsyncDisposable {
  readonly #context: Context;
  readonly #claimer: Claimer;
  readonly #jobs = new Map<string, ActiveJob>();
  #renewal: NodeJS.Timeout | undefined;
  #stopping = false;

  constructor(context: Context, claimer: Claimer) {
    this.#context = context;
    this.#claimer = claimer;
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

  add(job: ActiveJob): void {
    const { id } = job.work.job;
    this.#jobs.get(id)?.abort.abort(new LeaseLostError(id)); // its lease expired while this process was suspended
    this.#context.metrics.jobsInProgress.inc();
    this.#jobs.set(id, job);
  }

  remove(job: ActiveJob): void {
    const { id } = job.work.job;
    this.#context.metrics.jobsInProgress.dec();
    if (this.#jobs.get(id) !== job) return;
    this.#jobs.delete(id);
    this.#context.runners.release(id);
  }

  /** Call when the cancellation of a job was requested. */
  cancelRequested(jobId: string): void {
    const job = this.#jobs.get(jobId);
    if (job) forwardCancel(job.work);
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

  async #renewLeases(): Promise<void> {
    const jobs = [...this.#jobs.values()];
    const leases = jobs.map(({ work }) => work.lease);
    const renewed = await renewLeases(this.#context.database.query, this.#claimer, leases);
    for (const { work, abort } of jobs) {
      if (!renewed.has(work.job.id)) abort.abort(new LeaseLostError(work.job.id));
      else forwardCancel(work);
    }
  }
}
