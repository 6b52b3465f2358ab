import type { Context } from '../../context.ts';
import { JobSecrets } from '../../projects/secrets/job-secrets.ts';
import { Waker } from '../../server/waker.ts';
import { jobCancelChannel, jobQueuedChannel } from '../channels.ts';
import { type Claim, type Claimer, claimNextJob, reclaimExpiredJob } from '../claim.ts';
import { settleLostRuns } from '../recovery/lost-runs.ts';
import { type ActiveJob, ActiveJobs } from './active-jobs.ts';
import { afterCrash } from './after-crash.ts';
import { noteWaitingJobs } from './note-waiting.ts';
import { processJob } from './process-job.ts';
import { runnerOfJob } from './runner-of-job.ts';

const pollMs = 2000;
/** Why jobs wait is noted this long after the worker could claim no more: many jobs end and start in that time. */
const noteWaitingMs = 250;

/**
 * Processes queued jobs to their end, in these steps:
 *
 * 1. Notify: the transaction that makes a job claimable notifies `job_queued` (`insertJob`, `transition`).
 * 2. Wake: each gateway's worker wakes on that notification, when a runner gets a free slot, when one of its own jobs
 *    has ended, after a reconnect to the database, and every 2 s, because notifications can be lost.
 * 3. Claim: the worker claims jobs until none may start or no runner has a free slot. At a start, after a reconnect and
 *    every 2 s it first takes over jobs whose worker has died. Locks and a lease in the database decide between
 *    gateways (`claim.ts`).
 * 4. Process: each claimed job goes through its phases concurrently with the others (`process-job.ts`). Meanwhile the
 *    worker renews its lease and forwards a cancel request to its run (`active-jobs.ts`).
 */
export class Worker implements AsyncDisposable {
  readonly #context: Context;
  readonly #claimer: Claimer;
  readonly #active: ActiveJobs;
  #poll: NodeJS.Timeout | undefined;
  readonly #waker: Waker;
  /** Whether the next round looks for jobs whose worker has died: leases expire by time, not by an event. */
  #looksForExpired = true;
  #noteWaiting: NodeJS.Timeout | undefined;
  #isSettling = false;

  constructor(context: Context) {
    const { gatewayId: owner, leaseSeconds, lostHoldSeconds } = context.config;
    this.#context = context;
    this.#waker = new Waker(
      () => this.#claimAll(),
      (error) => void context.logger.error('claiming jobs', { error }),
    );
    this.#claimer = { owner, leaseSeconds, lostHoldSeconds };
    this.#active = new ActiveJobs(context, this.#claimer);
  }

  /** Call it after the runners have reported their free slots. */
  async start(): Promise<void> {
    const { database, runners } = this.#context;
    await database.listen(jobQueuedChannel, () => this.#waker.wake());
    await database.listen(jobCancelChannel, (jobId) => this.#active.cancelRequested(jobId));
    database.onReconnect(() => this.#lookForExpired());
    runners.onChange(() => this.#waker.wake());
    this.#poll = setInterval(() => {
      this.#lookForExpired();
      this.#settleLostRuns();
    }, pollMs);
    this.#active.start();
    this.#waker.wake();
  }

  /** Claims no more jobs and releases those in progress for another gateway. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#poll);
    await this.#waker[Symbol.asyncDispose]();
    clearTimeout(this.#noteWaiting);
    await this.#active[Symbol.asyncDispose]();
  }

  #lookForExpired(): void {
    this.#looksForExpired = true;
    this.#waker.wake();
  }

  async #claimAll(): Promise<void> {
    for (let claim = await this.#claim(); claim; claim = await this.#claim()) {
      const job = await this.#prepare(claim);
      if (this.#waker.isStopping) return;
      this.#process(job);
    }
    if (!this.#waker.isStopping) this.#noteWaitingSoon();
  }

  #noteWaitingSoon(): void {
    this.#noteWaiting ??= setTimeout(() => {
      this.#noteWaiting = undefined;
      noteWaitingJobs(this.#context).catch((error) =>
        this.#context.logger.warn('noting why jobs wait', { error }),
      );
    }, noteWaitingMs);
  }

  async #claim(): Promise<Claim | undefined> {
    const { database, runners } = this.#context;
    if (this.#looksForExpired) {
      this.#looksForExpired = false;
      const expired = await reclaimExpiredJob(database.query, this.#claimer);
      this.#looksForExpired ||= expired !== undefined;
      if (expired) return expired;
    }
    return runners.hasFreeSlot() ? claimNextJob(database.query, this.#claimer) : undefined;
  }

  async #prepare(claim: Claim): Promise<ActiveJob> {
    const context = this.#context;
    const runner = await runnerOfJob(context, claim);
    const abort = new AbortController();
    const logger = context.logger.child({ jobId: claim.job.id, projectId: claim.job.project_id });
    const secrets = new JobSecrets(context, claim.job);
    const work = { context, ...claim, runner, secrets, logger, signal: abort.signal };
    return { work, abort, done: Promise.resolve() };
  }

  /** Processes a job concurrently with the others; an error affects only its own job. */
  #process(job: ActiveJob): void {
    this.#active.add(job);
    job.done = processJob(job.work)
      .catch((error) => afterCrash(job.work, error))
      .finally(() => {
        this.#active.remove(job);
        this.#waker.wake();
      });
  }

  /** Settles lost runs, one round at a time even if a runner answers slowly. */
  #settleLostRuns(): void {
    if (this.#isSettling) return;
    this.#isSettling = true;
    void settleLostRuns(this.#context)
      .catch((error) => this.#context.logger.warn('settling lost runs', { error }))
      .finally(() => {
        this.#isSettling = false;
      });
  }
}
