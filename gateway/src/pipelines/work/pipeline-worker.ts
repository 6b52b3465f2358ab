import type { Context } from '../../context.ts';
import { jobQueuedChannel } from '../../jobs/channels.ts';
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
  #working: Promise<void> | undefined;
  #wokenWhileWorking = false;
  #stopping = false;

  constructor(context: Context) {
    this.#context = context;
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
      this.#wake();
    }, pollMs);
    this.#wake();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#poll);
    clearTimeout(this.#soon);
    await this.#working;
  }

  #wakeSoon(): void {
    if (this.#stopping) return;
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      this.#wake();
    }, gatherMs);
  }

  #wake(): void {
    if (this.#stopping) return;
    if (this.#working) {
      this.#wokenWhileWorking = true;
      return;
    }
    this.#working = this.#advanceAll()
      .catch((error) => void this.#context.logger.error('working on pipelines', { error }))
      .finally(() => {
        this.#working = undefined;
        if (!this.#wokenWhileWorking) return;
        this.#wokenWhileWorking = false;
        this.#wakeSoon();
      });
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
      for (let steps = 0; steps < maxStepsInARow && !this.#stopping; steps += 1)
        if (!(await advance(this.#context, id)) && !(await estimateTasks(this.#context, id))) return;
    } catch (error) {
      this.#context.logger.error('working on a pipeline', { pipelineId: id, error });
    }
  }
}
