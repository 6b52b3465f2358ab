import { existsSync } from 'node:fs';
import type { WarmProviderFacts } from '@deployment-engine/contracts';
import type { ProviderBinary } from '../../providers/binaries.ts';
import { egressOptionsOf } from '../network.ts';
import { type ActiveRun, commandContext, type RunContext } from '../run.ts';
import { idleProcessors } from './idle-processors.ts';
import { type JobValues, jobValues } from './job-values.ts';
import { isPlainConfiguration } from './plain-configuration.ts';
import {
  isOfKind,
  isReady,
  makeSpare,
  memoryOf,
  moveInto,
  removeSpare,
  type Spare,
  type SpareKind,
  stampOf,
  tellProviders,
} from './spare.ts';

const awsProvider = /^registry\.(terraform\.io|opentofu\.org)\/hashicorp\/aws$/;
/** A spare is made once the runner has had nothing to do for this long: a job's next run often follows at once. */
const idleMs = 500;
/** While runs are at work, it is made when one processor had nothing to do for this long: they often wait for their cloud. */
const lookMs = 1000;

/** The memory of spares is looked up no more often: it reads the whole process table. */
const weighMs = 15_000;

/**
 * Keeps providers that are started and unconfigured, each in the empty folder of a job to come. A job takes over a
 * spare as it is, and the spare is never another job's. Other jobs start their provider themselves.
 */
export class WarmProviders implements AsyncDisposable {
  readonly #context: Pick<RunContext, 'config' | 'sandbox' | 'logger'>;
  readonly #spares: Spare[] = [];
  #kind: SpareKind | undefined;
  #busy = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #looking: NodeJS.Timeout | undefined;
  #making: Promise<void> | undefined;
  #isClosed = false;
  /** The next attempt waits for the end of a run, so that a provider that never gets ready is not started again and again. */
  #hasFailed = false;
  #hits = 0;
  #misses = 0;
  #memoryBytes = 0;
  #weighedAt = 0;

  constructor(context: Pick<RunContext, 'config' | 'sandbox' | 'logger'>, idle = idleProcessors()) {
    this.#context = context;
    if (this.#wanted > 0) this.#looking = setInterval(() => this.#look(idle()), lookMs).unref();
  }

  #look(idle: number): void {
    if (idle >= 1 && this.#busy > 0 && !this.#hasFailed) this.#refill();
  }

  get facts(): WarmProviderFacts {
    if (Date.now() - this.#weighedAt > weighMs) {
      this.#weighedAt = Date.now();
      this.#memoryBytes = this.#spares.reduce((sum, { paths }) => sum + memoryOf(paths), 0);
    }
    return {
      wanted: this.#wanted,
      ready: this.#spares.length,
      hits: this.#hits,
      misses: this.#misses,
      memoryBytes: this.#memoryBytes,
    };
  }

  /** Call when a run begins. */
  enter(): void {
    this.#busy += 1;
    clearTimeout(this.#timer);
  }

  /** Call when a run has ended. */
  leave(): void {
    this.#busy -= 1;
    if (this.#busy > 0 || this.#isClosed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#refill(), idleMs).unref();
  }

  /**
   * Moves a spare into the new folder of a run's job if one fits: `likely` are the providers that init will choose.
   * Returns whether it did.
   */
  async take(active: ActiveRun, files: Map<string, Uint8Array>, likely: ProviderBinary[]): Promise<boolean> {
    const kind = this.learn(active, likely);
    const brought = kind && broughtBy(active, files);
    if (!kind || !brought) return false;
    const spare = await this.#pick(kind);
    this.#weighedAt = 0;
    if (!spare) {
      this.#misses += 1;
      return false;
    }
    try {
      await moveInto(spare, active.run.paths);
      await tellProviders(await commandContext(active, 'provider', [kind.binary]), brought);
      await active.providers.adopt();
    } catch (error) {
      await this.#giveUp(spare, active, error);
      return false;
    }
    this.#hits += 1;
    return true;
  }

  /** Ends what of a spare was moved and what was not: the job starts its own provider. */
  async #giveUp(spare: Spare, { run, providers, egress }: ActiveRun, error: unknown): Promise<void> {
    this.#context.logger.warn('taking over a spare provider', { runId: run.record.runId, error });
    await providers.adopt();
    await providers.stop();
    await egress.stop();
    await removeSpare(spare.paths);
  }

  /**
   * Call when a run's providers are known: the next spare is of the kind that the newest run uses. Returns that kind;
   * `undefined` if the run needs no spare.
   */
  learn(active: ActiveRun, binaries: ProviderBinary[]): SpareKind | undefined {
    const binary = binaries.find(({ source }) => awsProvider.test(source));
    const { kind } = active.request;
    if (!binary || this.#wanted === 0 || kind === 'parse') return undefined;
    // A validation calls no cloud, so it takes a spare with any network, and the next spare is for a plan again.
    const egress = kind === 'validate' && this.#kind ? this.#kind.egress : egressOptionsOf(active);
    this.#kind = { binary, stamp: stampOf(binary), egress };
    return this.#kind;
  }

  async #pick(kind: SpareKind): Promise<Spare | undefined> {
    for (let spare = this.#spares.shift(); spare; spare = this.#spares.shift()) {
      if (isOfKind(spare, kind) && isReady(spare)) return spare;
      await removeSpare(spare.paths);
    }
    return undefined;
  }

  #refill(): void {
    if (this.#isClosed || !this.#kind || this.#spares.length >= this.#wanted) return;
    this.#making ??= this.#makeAll()
      .catch((error) => void this.#context.logger.warn('starting a spare provider', { error }))
      .finally(() => {
        this.#making = undefined;
      });
  }

  async #makeAll(): Promise<void> {
    this.#hasFailed = true;
    while (this.#kind && this.#spares.length < this.#wanted && !this.#isClosed) {
      const spare = await makeSpare(this.#context, this.#kind);
      if (!spare) return;
      this.#spares.push(spare);
      this.#weighedAt = 0;
    }
    this.#hasFailed = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    clearInterval(this.#looking);
    await this.#making;
    await Promise.all(this.#spares.splice(0).map(({ paths }) => removeSpare(paths)));
  }

  get #wanted(): number {
    const { sandbox, config } = this.#context;
    return sandbox.mode === 'bwrap' && sandbox.network !== 'none' ? config.warmProviders : 0;
  }
}

/** Returns what the job brings, or `undefined` if a spare does not fit it. */
function broughtBy({ run, request }: ActiveRun, files: Map<string, Uint8Array>): JobValues | undefined {
  if (existsSync(run.paths.stateFolder) || request.rootModule !== '.' || request.terraformLog)
    return undefined;
  if (request.kind === 'validate') return nothing; // it configures no provider
  const brought = request.kind === 'plan' ? jobValues(request.environment) : undefined;
  const hasDefaultTags = Object.keys(brought?.defaultTags ?? {}).length > 0;
  return isPlainConfiguration(files, { hasDefaultTags }) ? brought : undefined;
}

const nothing: JobValues = { values: {}, defaultTags: {}, configFile: '' };
