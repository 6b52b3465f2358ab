import { join } from 'node:path';
import type { RunEventBody, StepName } from '@deployment-engine/contracts';
import type { RunEvent, RunRequest, RunView } from '@deployment-engine/runner-api';
import type { Logger } from 'winston';
import type { RunnerConfig } from '../config.ts';
import type { JobEgress } from '../egress/job-egress.ts';
import type { ProviderBinary } from '../providers/binaries.ts';
import type { ProviderHints } from '../providers/hints.ts';
import type { InitResult } from '../providers/init-results.ts';
import type { JobProviders } from '../providers/job-providers.ts';
import type { KeptByKey } from '../providers/kept-by-key.ts';
import type { RevisionStore } from '../revisions/store.ts';
import type { CommandContext } from '../sandbox/command-line.ts';
import type { CommandKind } from '../sandbox/mounts.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { userOf } from '../sandbox/users.ts';
import { failRun } from '../terminate/failure.ts';
import type { StopReason } from '../terminate/stop-reason.ts';
import type { TerraformBinary } from '../terraform/binary.ts';
import { makeLogFile } from '../terraform/terraform-log.ts';
import { type JobPaths, jobPaths } from '../workdir/job-paths.ts';
import { EventLog } from './event-log.ts';
import { networkFor } from './network.ts';
import { type RunRecord, saveRecord } from './run-record.ts';
import type { WarmProviders } from './warm/warm-providers.ts';

/** What runs need from the service. */
export type RunContext = {
  config: RunnerConfig;
  terraform: TerraformBinary;
  sandbox: Sandbox;
  revisions: RevisionStore;
  hints: ProviderHints;
  /** By `initKey`. */
  initResults: KeptByKey<InitResult>;
  warm: WarmProviders;
  logger: Logger;
};

/** A run in progress, or a finished one that a gateway has not fetched yet. */
export class Run {
  readonly context: RunContext;
  readonly record: RunRecord;
  readonly paths: JobPaths;
  readonly directory: string;
  readonly events: EventLog;
  /** Signalled when the runner leaves the run's commands to its successor. */
  readonly abandon = new AbortController();
  /** Signalled when the run has to end; `record.stop` says why. */
  readonly stopping = new AbortController();
  readonly #firstErrors = new Map<StepName, string>();
  #announcedState: string | undefined;
  #saving: Promise<void> = Promise.resolve();

  constructor(context: RunContext, record: RunRecord) {
    this.context = context;
    this.record = record;
    this.paths = jobPaths(context.config.runsDir, record.jobId, record.rootModule);
    this.directory = runDirectory(context.config.runsDir, record.jobId, record.runId);
    this.events = new EventLog(
      join(this.directory, 'events.ndjson'),
      (event) => this.#observe(event),
      (error) => this.#onWriteError(error),
      context.config.maxLogBytes,
    );
    if (record.stop) this.stopping.abort();
  }

  get running(): boolean {
    return this.record.outcome === null;
  }

  emit(bodies: RunEventBody[], source?: { key: string; offset: number }): void {
    for (const event of this.events.append(bodies, source)) this.#observe(event);
  }

  /** Emits an event once, even if a restarted runner gets here again. */
  emitOnce(key: string, ...bodies: RunEventBody[]): void {
    this.emit(bodies, { key, offset: 1 });
  }

  /** Returns the summary of the first error that Terraform reported in a step. */
  firstError(step: StepName): string | undefined {
    return this.#firstErrors.get(step);
  }

  /** Digest of the last reported state, or of the one the run began with. */
  get lastStateSha256(): string | undefined {
    return this.#announcedState ?? this.record.baseStateSha256 ?? undefined;
  }

  requestStop(reason: StopReason): boolean {
    if (this.record.stop || !this.running) return false;
    this.record.stop = reason;
    void this.save().then(() => this.stopping.abort()); // save first: a next runner must know who ended the run
    return true;
  }

  /** Saves the record; writes are serialised and the last content wins. A full disk ends the run. */
  save(): Promise<void> {
    this.#saving = this.#saving
      .then(() => saveRecord(this.directory, this.record))
      .catch((error) => this.#onWriteError(error));
    return this.#saving;
  }

  view(): RunView {
    const { record } = this;
    return {
      runId: record.runId,
      jobId: record.jobId,
      projectId: record.projectId,
      kind: record.kind,
      status: this.running ? 'running' : 'finished',
      step: record.step,
      stopping: record.stop !== null,
      outcome: record.outcome,
      lastSeq: this.events.lastSeq,
      startedAt: record.startedAt,
      finishedAt: record.finishedAt,
      sharedProvider: record.journaledProviders.length > 0,
      journaledProviders: record.journaledProviders,
    };
  }

  #observe({ body }: RunEvent): void {
    if (body.type === 'step_started') this.record.step = body.step;
    if (body.type === 'state_changed') this.#announcedState = body.sha256;
    if (body.type !== 'diagnostic' || body.diagnostic.severity !== 'error') return;
    const { summary, detail } = body.diagnostic;
    const firstLine = detail.split('\n')[0];
    if (!this.#firstErrors.has(body.step))
      this.#firstErrors.set(body.step, firstLine ? `${summary}: ${firstLine}` : summary);
  }

  #onWriteError(error: Error): void {
    const full = (error as NodeJS.ErrnoException).code === 'ENOSPC';
    const message = full ? "writing the run's events: the disk is full" : `writing the run: ${error.message}`;
    this.context.logger.error('writing a run', { runId: this.record.runId, error });
    failRun(this, message);
  }
}

/** A run with everything its steps need. */
export type ActiveRun = { run: Run; request: RunRequest; providers: JobProviders; egress: JobEgress };

/** Returns the context that a command of this run starts in; `binaries` are the providers it will use. */
export async function commandContext(
  active: ActiveRun,
  kind: CommandKind,
  binaries: ProviderBinary[],
): Promise<CommandContext> {
  const { run, request } = active;
  const network = await networkFor(active, kind, binaries);
  const { sandbox } = run.context;
  const level = kind === 'parse' || kind === 'parse-modules' ? null : request.terraformLog;
  const log = level && {
    level,
    path: await makeLogFile(
      run.paths.logs,
      kind,
      sandbox.users && userOf(run.context.config.runsDir, request.jobId),
    ),
  };
  return {
    ...{ paths: run.paths, environment: request.environment, sandbox, kind, network },
    log: log ?? undefined,
  };
}

export function runDirectory(runsDir: string, jobId: string, runId: string): string {
  return join(runsDir, jobId, 'runs', runId);
}
