import type { Context } from '../../context.ts';
import { jobQueuedChannel } from '../../jobs/channels.ts';
import { Waker } from '../../server/waker.ts';
import { estimateTasks } from '../costs.ts';
import { pipelineChangedChannel } from '../store.ts';
import { advance } from './advance.ts';
import { destroyDueEnvironments } from './expiry.ts';

const pollMs = 2000;
/** Jobs of a wave often end together. */
const gatherMs = 20;
/** A pipeline that goes on by itself is looked at this often in a row; the poll goes on with it. */
const maxStepsInARow = 20;

/**
 * Moves pipelines on. It wakes when a job of a component changes its status, when a pipeline changes, and every 2 s,
 * because notifications can be lost and gateways die. What to do is read from the tables each time.
 */
export class PipelineWorker implements AsyncDisposable {
  readonly #context: Context;
  #poll: NodeJS.Timeout | undefined;
  #soon: NodeJS.Timeout | undefined;
  readonly #waker: Waker;

  constructor(context: Context) {
    this.#context = context;
    this.#waker = new Waker(
      () => this.#advanceAll(),
      (error) => void context.logger.error('working on pipelines', { error }),
      () => this.#wakeSoon(),
    );
  }

  async start(): Promise<void> {
    const { database } = this.#context;
    // Only projects of components have names of four parts.
    await database.listen(jobQueuedChannel, (projectId) => {
      if (projectId.includes('.')) this.#wakeSoon();
    });
    await database.listen(pipelineChangedChannel, () => this.#wakeSoon());
    database.onReconnect(() => this.#wakeSoon());
    this.#poll = setInterval(() => {
      this.#destroyDue();
      this.#waker.wake();
    }, pollMs);
    this.#waker.wake();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#poll);
    clearTimeout(this.#soon);
    await this.#waker[Symbol.asyncDispose]();
  }

  #wakeSoon(): void {
    if (this.#waker.isStopping) return;
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      this.#waker.wake();
    }, gatherMs);
  }

  #destroyDue(): void {
    void destroyDueEnvironments(this.#context).catch((error) =>
      this.#context.logger.error('destroying due environments', { error }),
    );
  }

  async #advanceAll(): Promise<void> {
    const rows = await this.#context.database.query
      .selectFrom('pipelines')
      .select('id')
      .where('finished_at', 'is', null)
      .orderBy('seq')
      .execute();
    for (const { id } of rows) await this.#advanceOne(id);
  }

  /** An error concerns one pipeline only. */
  async #advanceOne(id: string): Promise<void> {
    try {
      for (let steps = 0; steps < maxStepsInARow && !this.#waker.isStopping; steps += 1)
        if (!(await advance(this.#context, id)) && !(await estimateTasks(this.#context, id))) return;
    } catch (error) {
      this.#context.logger.error('working on a pipeline', { pipelineId: id, error });
    }
  }
}
