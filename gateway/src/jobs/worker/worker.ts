import { setTimeout as delay } from 'node:timers/promises';
import type { Context } from '../../context.ts';
import { LeaseLostError } from '../../domain-error.ts';
import { JobSecrets } from '../../projects/secrets/job-secrets.ts';
import { RunnerError } from '../../runner-error.ts';
import { isDatabaseAway } from '../../server/database/away.ts';
import { type Claim, claimNextJob, reclaimExpiredJob, releaseLeases, renewLeases } from '../claim.ts';
import { settleLateRuns } from '../recovery/late-runs.ts';
import { transition } from '../transition.ts';
import { runnerOfJob } from './choose-runner.ts';
import type { JobWork } from './job-work.ts';
import { noteWaitingJobs } from './note-waiting.ts';
import { processJob } from './process-job.ts';
import { rememberRun } from './runner-lost.ts';
import { forwardCancel } from './watch-cancel.ts';

const pollMs = 2000;
const shutdownMs = 5000;
/** How long a job rests whose worker met a runner that does not answer. */
const crashDelaySeconds = 2;
/** A job's row changes often, by this worker's own writes above all. */
const cancelCheckMs = 200;

export type Worker = {
  start(): void;
  /** Looks for claimable jobs now. */
  wake(): void;
  /** A job's row has changed: it may have been asked to cancel. */
  jobChanged(jobId: string): void;
  [Symbol.asyncDispose](): Promise<void>;
};

type ActiveJob = {
  work: JobWork;
  abort: AbortController;
  done: Promise<void>;
  /** Set while a look at the job's cancel request is due. */
  cancelCheck?: NodeJS.Timeout | undefined;
};

/** Claims jobs and works them, as many at once as the runners have slots. */
export function createWorker(context: Context): Worker {
  const { gatewayId: owner, leaseSeconds, lostHoldSeconds } = context.config;
  const claimer = { owner, leaseSeconds, lostHoldSeconds };
  const active = new Map<string, ActiveJob>();
  let stopping = false;
  let claiming: Promise<void> | undefined;
  let again = false;
  let poll: NodeJS.Timeout | undefined;
  let renewal: NodeJS.Timeout | undefined;
  let isSettling = false;

  function wake(): void {
    if (stopping) return;
    if (claiming) {
      again = true;
      return;
    }
    claiming = claimAll()
      .catch((error) => void context.logger.error('claiming jobs', { error }))
      .finally(() => {
        claiming = undefined;
        if (again) {
          again = false;
          wake();
        }
      });
  }

  async function claimAll(): Promise<void> {
    for (let next = await claimOne(); next && !stopping; next = await claimOne())
      start(next.work, next.abort);
    if (!stopping) await noteWaitingJobs(context);
  }

  async function claimOne(): Promise<{ work: JobWork; abort: AbortController } | undefined> {
    const { query } = context.database;
    const claim =
      (await reclaimExpiredJob(query, claimer)) ??
      (context.runners.hasFreeSlot() ? await claimNextJob(query, claimer) : undefined);
    return claim && prepare(claim);
  }

  async function prepare(claim: Claim) {
    const runner = await runnerOfJob(context, claim);
    const abort = new AbortController();
    const logger = context.logger.child({ jobId: claim.job.id, projectId: claim.job.project_id });
    const secrets = new JobSecrets(context, claim.job);
    return { work: { context, ...claim, runner, secrets, logger, signal: abort.signal }, abort };
  }

  function start(work: JobWork, abort: AbortController): void {
    const { id } = work.job;
    active.get(id)?.abort.abort(new LeaseLostError(id)); // its lease ran out here while this process slept
    context.metrics.jobsInProgress.inc();
    const entry: ActiveJob = { work, abort, done: Promise.resolve() };
    active.set(id, entry);
    entry.done = processJob(work)
      .catch((error) => onCrash(work, error))
      .finally(() => {
        clearTimeout(entry.cancelCheck);
        context.metrics.jobsInProgress.dec();
        if (active.get(id) === entry) {
          active.delete(id);
          context.runners.release(id);
        }
        wake();
      });
  }

  async function onCrash(work: JobWork, error: unknown): Promise<void> {
    if (error instanceof LeaseLostError || work.signal.aborted) {
      work.logger.info('the job goes on with another worker');
      return;
    }
    work.logger.error('working on the job', { error });
    if (isDatabaseAway(error)) return; // its lease ends by itself, and whoever reaches the database goes on
    if (error instanceof RunnerError && error.unreachable) {
      await releaseLeases(context.database.query, [work.lease], crashDelaySeconds); // claimed again, it waits for the runner
      return;
    }
    await failUnexpectedly(work).catch((failure) =>
      work.logger.error('recording the failure', { error: failure }),
    );
  }

  async function renew(): Promise<void> {
    const jobs = [...active.values()];
    const renewed = await renewLeases(
      context.database.query,
      claimer,
      jobs.map((job) => job.work.lease),
    );
    for (const job of jobs) {
      if (!renewed.has(job.work.job.id)) job.abort.abort(new LeaseLostError(job.work.job.id));
      else passCancelOn(job.work); // not awaited: a runner that hangs must not cost the leases
    }
  }

  function passCancelOn(work: JobWork): void {
    void forwardCancel(work).catch((error) => work.logger.warn('forwarding a cancel', { error }));
  }

  function scheduleRenewal(): void {
    renewal = setTimeout(
      () =>
        void renew()
          .catch((error) => context.logger.warn('renewing leases', { error }))
          .finally(() => stopping || scheduleRenewal()),
      (claimer.leaseSeconds * 1000) / 4,
    );
  }

  /** One round at a time, however long a runner takes to answer. */
  function settleLate(): void {
    if (isSettling) return;
    isSettling = true;
    void settleLateRuns(context)
      .catch((error) => context.logger.warn('settling late runs', { error }))
      .finally(() => {
        isSettling = false;
      });
  }

  return {
    start() {
      context.runners.onChange(wake);
      poll = setInterval(() => {
        wake();
        settleLate();
      }, pollMs);
      scheduleRenewal();
      wake();
    },
    wake,
    jobChanged(jobId) {
      const job = active.get(jobId);
      if (!job || job.cancelCheck) return;
      job.cancelCheck = setTimeout(() => {
        job.cancelCheck = undefined;
        forwardCancel(job.work).catch((error) => job.work.logger.warn('forwarding a cancel', { error }));
      }, cancelCheckMs);
    },
    async [Symbol.asyncDispose]() {
      stopping = true;
      clearInterval(poll);
      clearTimeout(renewal);
      await claiming;
      const jobs = [...active.values()];
      for (const job of jobs) job.abort.abort(new Error('the gateway is shutting down'));
      await Promise.race([
        Promise.all(jobs.map((job) => job.done)),
        delay(shutdownMs, undefined, { ref: false }),
      ]);
      await releaseLeases(
        context.database.query,
        jobs.map((job) => job.work.lease),
      );
    },
  };
}

/** A defect of the engine must not leave a job in progress for ever, nor lose what its apply may still do. */
async function failUnexpectedly(work: JobWork): Promise<void> {
  const error = {
    step: work.job.step ?? 'prepare',
    reason: 'internal',
    message: 'the engine met an unexpected error; the operator finds it in the log under this job id',
    diagnostics: [],
    retryable: true,
  };
  await work.context.database.query.transaction().execute(async (trx) => {
    await transition(trx, { jobId: work.job.id, lease: work.lease }, 'fail', error.message, {
      error: JSON.stringify(error),
    });
    const { type } = work.job;
    if (type === 'deploy' || type === 'rollback' || type === 'destroy') await rememberRun(trx, work);
  });
}
