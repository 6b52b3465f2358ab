import type { Context } from '../../context.ts';
import { JobSecrets } from '../../projects/secrets/job-secrets.ts';
import { jobChangedChannel, jobQueuedChannel } from '../channels.ts';
import { type Claim, type Claimer, claimNextJob, reclaimExpiredJob } from '../claim.ts';
import { settleLostRuns } from '../recovery/lost-runs.ts';
import { type ActiveJob, ActiveJobs } from './active-jobs.ts';
import { afterCrash } from './after-crash.ts';
import { noteWaitingJobs } from './note-waiting.ts';
import { processJob } from './process-job.ts';
import { runnerOfJob } from './runner-of-job.ts';

const pollMs = 2000;

/**
 * Processes queued jobs to their end, in these steps:
 *
 * 1. Notify: the transaction that makes a job claimable notifies `job_queued` (`insertJob`, `transition`).
 * 2. Wake: each gateway's worker wakes on that notification, when a runner gets a free slot, when one of its own jobs
 *    has ended, after a reconnect to the database, and every 2 s, because notifications can be lost.
 * 3. Claim: the worker claims jobs until none may start or no runner has a free slot. It first takes over jobs whose
 *    worker has died. Locks and a lease in the database decide between gateways (`claim.ts`).
 * 4. Process: each claimed job goes through its phases concurrently with the others (`process-job.ts`). Meanwhile the
 *    worker renews its lease and forwards a cancel request to its run (`active-jobs.ts`).
 */
export class Worker implements AsyncDisposable {
  readonly #context: Context;
  readonly #claimer: Claimer;
  readonly #active: ActiveJobs;
  #poll: NodeJS.Timeout | undefined;
  #claiming: Promise<void> | undefined;
  #wokenWhileClaiming = false;
  #isSettling = false;
  #stopping = false;

  constructor(context: Context) {
    const { gatewayId: owner, leaseSeconds, lostHoldSeconds } = context.config;
    this.#context = context;
    this.#claimer = { owner, leaseSeconds, lostHoldSeconds };
    this.#active = new ActiveJobs(context, this.#claimer);
  }

  /** Call it after the runners have reported their free slots. */
  async start(): Promise<void> {
    const { database, runners } = this.#context;
    await database.listen(jobQueuedChannel, () => this.#wake());
    await database.listen(jobChangedChannel, (jobId) => this.#active.jobChanged(jobId));
    database.onReconnect(() => this.#wake());
    runners.onChange(() => this.#wake());
    this.#poll = setInterval(() => {
      this.#wake();
      this.#settleLostRuns();
    }, pollMs);
    this.#active.start();
    this.#wake();
  }

  /** Claims no more jobs and releases those in progress for another gateway. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#poll);
    await this.#claiming;
    await this.#active[Symbol.asyncDispose]();
  }

  #wake(): void {
    if (this.#stopping) return;
    if (this.#claiming) {
      this.#wokenWhileClaiming = true;
      return;
    }
    this.#claiming = this.#claimAll()
      .catch((error) => void this.#context.logger.error('claiming jobs', { error }))
      .finally(() => {
        this.#claiming = undefined;
        if (!this.#wokenWhileClaiming) return;
        this.#wokenWhileClaiming = false;
        this.#wake();
      });
  }

  async #claimAll(): Promise<void> {
    for (let claim = await this.#claim(); claim; claim = await this.#claim()) {
      const job = await this.#prepare(claim);
      if (this.#stopping) return;
      this.#process(job);
    }
    if (!this.#stopping) await noteWaitingJobs(this.#context);
  }

  async #claim(): Promise<Claim | undefined> {
    const { database, runners } = this.#context;
    const expired = await reclaimExpiredJob(database.query, this.#claimer);
    if (expired) return expired;
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
        this.#wake();
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
