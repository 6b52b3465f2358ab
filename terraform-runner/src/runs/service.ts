import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunOutcome } from '@deployment-engine/contracts';
import type { Capacity, RunRequest, RunView } from '@deployment-engine/runner-api';
import { DomainError } from '@deployment-engine/service';
import { cancel } from '../terminate/cancel.ts';
import { jobPaths } from '../workdir/job-paths.ts';
import { removeJobFolders } from '../workdir/remove-job-folders.ts';
import { checkNames } from './check-names.ts';
import { checkPlan } from './check-plan.ts';
import { executeRun } from './execute-run.ts';
import { findRuns } from './find-runs.ts';
import { outcomeOfCrash, outcomeOfLostRequest } from './interruption.ts';
import type { Job, JobTable } from './job.ts';
import { Run, type RunContext, runDirectory } from './run.ts';
import {
  forgetRequest,
  loadRequest,
  newRecord,
  type RunRecord,
  requestDigest,
  saveRequest,
} from './run-record.ts';

const pollMs = 100;
/** Gateways fetch the outcome of a run at once, or when another one has taken the job over. */
const fetchMs = 60_000;

/** Admits and tracks runs. Everything in memory can be restored from the run folders. */
export class RunService {
  readonly #context: RunContext;
  readonly #jobs: JobTable;
  readonly #runs = new Map<string, Run>();
  /** Requests between admission and their first record on disk, by run id. */
  readonly #admissions = new Map<string, Promise<Run>>();
  readonly #inProgress = new Map<string, Promise<void>>();
  #draining = false;

  constructor(context: RunContext, jobs: JobTable) {
    this.#context = context;
    this.#jobs = jobs;
  }

  /** Starts a run, or returns the one that an equal request has started. */
  async put(runId: string, request: RunRequest): Promise<{ view: RunView; created: boolean }> {
    checkNames(request);
    const known = this.#runs.get(runId) ?? (await this.#admissions.get(runId));
    if (known) {
      if (known.record.requestDigest !== requestDigest(request))
        throw new DomainError('run_conflict', `starting run ${runId}: it exists with another request`);
      return { view: known.view(), created: false };
    }
    this.#checkRoom(runId, request);
    const admission = this.#admit(runId, request);
    this.#admissions.set(runId, admission);
    try {
      return { view: (await admission).view(), created: true };
    } finally {
      this.#admissions.delete(runId);
    }
  }

  /** Restores every run on disk: keeps finished ones to be fetched, continues the others. */
  async recover(): Promise<void> {
    const { config, logger } = this.#context;
    for (const { directory, record } of findRuns(config.runsDir))
      await this.#takeUp(directory, record).catch((error) =>
        logger.error('taking up a run', { runId: record.runId, error }),
      );
  }

  find(runId: string): Run {
    const run = this.#runs.get(runId);
    if (!run)
      throw new DomainError('run_not_found', `looking for run ${runId}: this runner does not have it`);
    return run;
  }

  list(): RunView[] {
    return [...this.#runs.values()].map((run) => run.view());
  }

  /** Resolves once the request is persisted. */
  async cancel(runId: string, graceSeconds: number): Promise<RunView> {
    const run = this.find(runId);
    cancel(run, graceSeconds * 1000);
    if (run.running) await run.save();
    return run.view();
  }

  /** Deletes a finished run, and with the last run its job. */
  async remove(runId: string): Promise<void> {
    const run = this.find(runId);
    if (this.#inProgress.has(runId))
      throw new DomainError('run_conflict', `removing run ${runId}: it has not finished`);
    this.#runs.delete(runId);
    await run.save();
    await rm(run.directory, { recursive: true, force: true });
    const { jobId } = run.record;
    const hasOthers = [...this.#runs.values()].some((other) => other.record.jobId === jobId);
    if (this.#jobs.activeRun(jobId) || hasOthers) return;
    await this.#jobs.end(jobId);
    const paths = jobPaths(this.#context.config.runsDir, jobId, '.');
    await removeJobFolders(paths);
  }

  capacity(): Pick<Capacity, 'slots' | 'free' | 'runs'> {
    const { slots } = this.#context.config;
    const runs = this.#occupants();
    return { slots, free: this.#draining ? 0 : Math.max(0, slots - runs.length), runs };
  }

  /** Accepts no more runs. Resolves when gateways have fetched those in progress, or after `limitMs`. */
  async finish(limitMs: number): Promise<void> {
    this.#draining = true;
    const deadline = Date.now() + limitMs;
    const left = [...this.#occupants(), ...this.#endedLately()];
    while (this.#occupants().length > 0 && Date.now() < deadline) await delay(pollMs);
    const fetchedBy = Math.min(deadline, Date.now() + fetchMs);
    while (left.some((runId) => this.#runs.has(runId)) && Date.now() < fetchedBy) await delay(pollMs);
  }

  /** Accepts no more runs and leaves those in progress to the next start of the runner. */
  async drain(): Promise<void> {
    this.#draining = true;
    await Promise.allSettled(this.#admissions.values());
    for (const run of this.#runs.values()) if (this.#inProgress.has(run.record.runId)) run.abandon.abort();
    await Promise.all(this.#inProgress.values());
    for (const run of this.#runs.values()) run.events.close();
  }

  /** Runs whose outcome a gateway may not have fetched yet. */
  #endedLately(): string[] {
    const since = Date.now() - fetchMs;
    return [...this.#runs.values()]
      .map(({ record }) => record)
      .filter(({ finishedAt }) => finishedAt && Date.parse(finishedAt) > since)
      .map(({ runId }) => runId);
  }

  /** Runs that take a slot each. */
  #occupants(): string[] {
    return [...new Set([...this.#inProgress.keys(), ...this.#admissions.keys()])];
  }

  /** Throws if the run cannot start now. */
  #checkRoom(runId: string, request: RunRequest): void {
    const { sandbox, config } = this.#context;
    if (this.#draining)
      throw new DomainError('shutting_down', `starting run ${runId}: the runner is shutting down`);
    if (sandbox.refusal) throw new DomainError('no_sandbox', `starting run ${runId}: ${sandbox.refusal}`);
    const other = this.#jobs.activeRun(request.jobId);
    if (other)
      throw new DomainError('run_conflict', `starting run ${runId}: ${other} of the same job is running`);
    if (this.#occupants().length >= config.slots)
      throw new DomainError('no_capacity', `starting run ${runId}: all ${config.slots} slots are taken`);
  }

  async #admit(runId: string, request: RunRequest): Promise<Run> {
    const { config, revisions } = this.#context;
    const job = this.#jobs.enter(request.jobId, runId);
    try {
      const directory = runDirectory(config.runsDir, request.jobId, runId);
      if (!(await revisions.read(request.projectId, request.revisionDigest)))
        throw new DomainError(
          'revision_missing',
          `starting run ${runId}: the files of revision ${request.revisionDigest} are not on this runner`,
        );
      await checkPlan(config.runsDir, runId, request);
      await saveRequest(directory, request);
      const run = new Run(this.#context, newRecord(runId, request));
      await run.save();
      this.#runs.set(runId, run);
      this.#begin(run, request, job);
      return run;
    } catch (error) {
      await this.#jobs.leave(request.jobId, 0);
      throw error;
    }
  }

  #begin(run: Run, request: RunRequest, { providers, egress }: Job): void {
    const { runId } = run.record;
    const { warm } = this.#context;
    warm.enter();
    const work = executeRun({ run, request, providers, egress })
      .catch((error) => outcomeOfCrash(run, error))
      .then((outcome) => outcome && this.#finish(run, outcome, lingerMs(request, outcome)))
      .catch((error) => void this.#context.logger.error('finishing a run', { runId, error }))
      .finally(() => {
        this.#inProgress.delete(runId);
        warm.leave();
      });
    this.#inProgress.set(runId, work);
  }

  /** Frees slot and job before the end becomes visible, so that the next run can start at once. */
  async #finish(run: Run, outcome: RunOutcome, waitMs = 0): Promise<void> {
    await this.#jobs.leave(run.record.jobId, this.#draining ? 0 : waitMs);
    this.#inProgress.delete(run.record.runId);
    run.record.finishedAt = new Date().toISOString();
    run.emitOnce('finished', { type: 'run_finished', outcome });
    run.record.outcome = outcome;
    run.events.flush();
    await run.save();
    run.events.close();
    await forgetRequest(run.directory);
    // Without the message, which comes from Terraform and may contain secrets.
    const { kind } = outcome;
    this.#context.logger.info('a run has finished', { runId: run.record.runId, kind, step: run.record.step });
  }

  async #takeUp(directory: string, record: RunRecord): Promise<void> {
    const run = new Run(this.#context, record);
    this.#runs.set(record.runId, run);
    if (record.outcome) return run.events.close();
    const job = this.#jobs.enter(record.jobId, record.runId);
    const ending = run.events.find('finished')?.body;
    const request = loadRequest(directory);
    if (ending?.type === 'run_finished') await this.#finish(run, ending.outcome);
    else if (!request) await this.#finish(run, outcomeOfLostRequest(run));
    else {
      this.#context.logger.info('taking up a run', { runId: record.runId, step: record.step });
      this.#begin(run, request, job);
    }
  }
}

/** Only a successful plan may be followed by an apply. */
function lingerMs(request: RunRequest, outcome: RunOutcome): number {
  return request.kind === 'plan' && outcome.kind === 'succeeded' ? request.lingerMs : 0;
}
