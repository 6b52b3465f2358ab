import { Worker } from 'node:worker_threads';
import { DomainError } from '@deployment-engine/service';
import type { AnswerTo, Question } from './resolver-messages.ts';

/** Each waiting request holds a whole repository in memory. */
const maxWaiting = 8;

/**
 * Resolves stacks in a thread, one at a time, so that a large or hostile repository neither blocks the event loop nor
 * takes the gateway's memory. The thread is started by the first question and then kept.
 */
export class StackResolver {
  readonly #timeoutMs: number;
  readonly #maxMemoryMb: number;
  #worker: Worker | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor({ timeoutMs = 20_000, maxMemoryMb = 1024 }: { timeoutMs?: number; maxMemoryMb?: number } = {}) {
    this.#timeoutMs = timeoutMs;
    this.#maxMemoryMb = maxMemoryMb;
  }

  /** Throws `no_capacity` if too many questions wait, and `stack_too_complex` if one takes too long or too much. */
  async ask<Asked extends Question>(question: Asked): Promise<AnswerTo<Asked>> {
    if (this.#waiting >= maxWaiting)
      throw new DomainError('no_capacity', 'resolving the stack: too many requests wait; try again later');
    this.#waiting += 1;
    const answer = this.#last.then(() => this.#answer(question));
    this.#last = answer.catch(() => undefined);
    try {
      return (await answer) as AnswerTo<Asked>;
    } finally {
      this.#waiting -= 1;
    }
  }

  async #answer(question: Question): Promise<unknown> {
    this.#worker ??= new Worker(new URL('./resolver-thread.ts', import.meta.url), {
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: this.#maxMemoryMb, stackSizeMb: 4 },
    });
    const worker = this.#worker;
    const timer = setTimeout(() => void worker.terminate(), this.#timeoutMs);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    let failure: Error | undefined;
    const onError = (error: Error) => {
      failure = error;
    };
    const onExit = () => reject(asRefusal(failure));
    worker.once('message', resolve).once('error', onError).once('exit', onExit);
    worker.ref();
    worker.postMessage(question);
    try {
      return await promise;
    } catch (error) {
      this.#worker = undefined;
      throw error;
    } finally {
      clearTimeout(timer);
      worker.unref();
      worker.off('message', resolve).off('error', onError).off('exit', onExit);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last;
    await this.#worker?.terminate();
  }
}

/** The thread ends by a timeout, by its memory limit, or by an error in this code. */
function asRefusal(failure: Error | undefined): Error {
  const isMemory = (failure as { code?: string } | undefined)?.code === 'ERR_WORKER_OUT_OF_MEMORY';
  if (failure && !isMemory) return failure;
  return new DomainError(
    'stack_too_complex',
    'resolving the stack: it needs too much time or memory; look for YAML aliases and lists that repeat, or split the stack',
  );
}
