import { rm } from 'node:fs/promises';
import {
  type Capacity,
  pathProblem,
  projectIdPattern,
  type RunOutcome,
  type RunRequest,
  type RunView,
} from '@deployment-engine/contracts';
import { DomainError } from '../domain-error.ts';
import type { JobTable } from '../jobs/job.ts';
import { jobPaths } from '../jobs/job-paths.ts';
import { cancel } from '../terminate/cancel.ts';
import { checkPlan } from './check-plan.ts';
import { executeRun } from './execute-run.ts';
import { findRuns } from './find-runs.ts';
import { Run, type RunContext, runDirectory } from './run.ts';
import {
  forgetRequest,
  loadRequest,
  newRecord,
  type RunRecord,
  requestDigest,
  saveRequest,
} from './run-record.ts';

/** A folder name of its own: no dots, no separators. */
const jobIdPattern = /^[a-z0-9][a-z0-9-]{0,79}$/;

export type RunService = ReturnType<typeof createRunService>;

/** Admission and life of runs. All that it knows can be read again from the run folders. */
export function createRunService(context: RunContext, jobs: JobTable) {
  const { config, logger } = context;
  const runs = new Map<string, Run>();
  /** Requests between their admission and their first record on disk, by run id. */
  const admissions = new Map<string, { digest: string; run: Promise<Run> }>();
  const inProgress = new Map<string, Promise<void>>();
  let draining = false;

  function occupied(): number {
    return new Set([...inProgress.keys(), ...admissions.keys()]).size;
  }

  async function put(runId: string, request: RunRequest): Promise<{ view: RunView; created: boolean }> {
    checkNames(request);
    const digest = requestDigest(request);
    const known = runs.get(runId) ?? (await admissions.get(runId)?.run);
    if (known) {
      if (known.record.requestDigest !== digest)
        throw new DomainError('run_conflict', `starting run ${runId}: it exists with another request`);
      return { view: known.view(), created: false };
    }
    if (draining)
      throw new DomainError('shutting_down', `starting run ${runId}: the runner is shutting down`);
    if (context.sandbox.refusal)
      throw new DomainError('no_sandbox', `starting run ${runId}: ${context.sandbox.refusal}`);
    const other = jobs.activeRun(request.jobId);
    if (other)
      throw new DomainError('run_conflict', `starting run ${runId}: ${other} of the same job is running`);
    if (occupied() >= config.slots)
      throw new DomainError('no_capacity', `starting run ${runId}: all ${config.slots} slots are taken`);
    const admission = { digest, run: admit(runId, request) };
    admissions.set(runId, admission);
    try {
      return { view: (await admission.run).view(), created: true };
    } finally {
      admissions.delete(runId);
    }
  }

  async function admit(runId: string, request: RunRequest): Promise<Run> {
    const job = jobs.enter(request.jobId, runId);
    try {
      const directory = runDirectory(config.runsDir, request.jobId, runId);
      if (!(await context.revisions.read(request.projectId, request.revisionDigest)))
        throw new DomainError(
          'revision_missing',
          `starting run ${runId}: the files of revision ${request.revisionDigest} are not on this runner`,
        );
      await checkPlan(config.runsDir, runId, request);
      await saveRequest(directory, request);
      const run = new Run(context, newRecord(runId, request));
      await run.save();
      runs.set(runId, run);
      begin(run, request, job);
      return run;
    } catch (error) {
      await jobs.leave(request.jobId, 0);
      throw error;
    }
  }

  function begin(run: Run, request: RunRequest, job: ReturnType<JobTable['enter']>): void {
    const { runId } = run.record;
    const work = executeRun({ run, request, providers: job.providers, egress: job.egress })
      .catch((error) => crashed(run, error))
      .then((outcome) => outcome && finish(run, outcome, lingerMs(request, outcome)))
      .catch((error) => void logger.error('finishing a run', { runId, error }))
      .finally(() => inProgress.delete(runId));
    inProgress.set(runId, work);
  }

  /** `undefined` where the run goes on without this runner. */
  function crashed(run: Run, error: unknown): RunOutcome | undefined {
    if (run.abandon.signal.aborted) return undefined;
    logger.error('working on a run', { runId: run.record.runId, error });
    const full = (error as NodeJS.ErrnoException).code === 'ENOSPC';
    const known = error instanceof DomainError ? error.message : undefined;
    const unknown = 'the runner met an unexpected error; its log has the detail';
    const message = full ? 'the disk is full' : (known ?? unknown);
    return { kind: 'failed', step: run.record.step ?? 'prepare', exitCode: null, message };
  }

  /** The slot and the job are free before anybody reads of the end, so that the next run can be asked for at once. */
  async function finish(run: Run, outcome: RunOutcome, waitMs = 0): Promise<void> {
    await jobs.leave(run.record.jobId, draining ? 0 : waitMs);
    inProgress.delete(run.record.runId);
    run.record.finishedAt = new Date().toISOString();
    run.emitOnce('finished', { type: 'run_finished', outcome });
    run.record.outcome = outcome;
    run.events.flush();
    await run.save();
    run.events.close();
    await forgetRequest(run.directory);
    // Without its message, which is Terraform's own and may hold secrets.
    const { kind } = outcome;
    logger.info('a run has finished', { runId: run.record.runId, kind, step: run.record.step });
  }

  /** Takes up every run on disk: finished ones to be fetched, the others to go on. */
  async function recover(): Promise<void> {
    for (const { directory, record } of findRuns(config.runsDir))
      await takeUp(directory, record).catch((error) =>
        logger.error('taking up a run', { runId: record.runId, error }),
      );
  }

  async function takeUp(directory: string, record: RunRecord): Promise<void> {
    const run = new Run(context, record);
    runs.set(record.runId, run);
    if (record.outcome) return run.events.close();
    const job = jobs.enter(record.jobId, record.runId);
    const ending = run.events.find('finished')?.body;
    const request = loadRequest(directory);
    if (ending?.type === 'run_finished') await finish(run, ending.outcome);
    else if (!request) await finish(run, lostRequest(run));
    else {
      logger.info('taking up a run', { runId: record.runId, step: record.step });
      begin(run, request, job);
    }
  }

  function find(runId: string): Run {
    const run = runs.get(runId);
    if (!run)
      throw new DomainError('run_not_found', `looking for run ${runId}: this runner does not have it`);
    return run;
  }

  return {
    put,
    recover,
    find,
    list: (): RunView[] => [...runs.values()].map((run) => run.view()),

    /** Answers once the request outlives this process. */
    async cancel(runId: string, graceSeconds: number): Promise<RunView> {
      const run = find(runId);
      cancel(run, graceSeconds * 1000);
      if (run.running) await run.save();
      return run.view();
    },

    /** Removes what is kept of a finished run, and with the last run its job. */
    async remove(runId: string): Promise<void> {
      const run = find(runId);
      if (inProgress.has(runId))
        throw new DomainError('run_conflict', `removing run ${runId}: it has not finished`);
      runs.delete(runId);
      await run.save();
      await rm(run.directory, { recursive: true, force: true });
      const { jobId } = run.record;
      if (jobs.activeRun(jobId) || [...runs.values()].some((other) => other.record.jobId === jobId)) return;
      await jobs.end(jobId);
      const paths = jobPaths(config.runsDir, jobId, '.');
      for (const path of [paths.temporary, paths.root]) await rm(path, { recursive: true, force: true });
    },

    capacity(): Pick<Capacity, 'slots' | 'free' | 'runs'> {
      const free = draining ? 0 : Math.max(0, config.slots - occupied());
      return { slots: config.slots, free, runs: [...new Set([...inProgress.keys(), ...admissions.keys()])] };
    },

    /** Takes no more runs and leaves those in progress to the next start of the runner. */
    async drain(): Promise<void> {
      draining = true;
      await Promise.allSettled([...admissions.values()].map((admission) => admission.run));
      for (const run of runs.values()) if (inProgress.has(run.record.runId)) run.abandon.abort();
      await Promise.all(inProgress.values());
      for (const run of runs.values()) run.events.close();
    },
  };
}

/** Only a plan that was made has an apply to wait for. */
function lingerMs(request: RunRequest, outcome: RunOutcome): number {
  return request.kind === 'plan' && outcome.kind === 'succeeded' ? request.lingerMs : 0;
}

function lostRequest(run: Run): RunOutcome {
  const message = 'the runner restarted and its copy of the request is gone';
  return { kind: 'interrupted', step: run.record.step ?? 'prepare', message };
}

function checkNames(request: RunRequest): void {
  if (!jobIdPattern.test(request.jobId)) refuse('/jobId', 'must be lower-case letters, digits and "-"');
  if (!projectIdPattern.test(request.projectId)) refuse('/projectId', 'is not a project id');
  const problem = request.rootModule === '.' ? undefined : pathProblem(request.rootModule);
  if (problem) refuse('/rootModule', problem);
}

function refuse(pointer: string, detail: string): never {
  throw new DomainError('invalid_request', `reading the request: ${pointer} ${detail}`, {
    fields: [{ pointer, detail }],
  });
}
