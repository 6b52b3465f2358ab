import { createInterface, type Interface } from 'node:readline';
import type { Readable } from 'node:stream';
import { type RunEvent, runEventSchema } from '@deployment-engine/runner-api';
import { RunnerError } from '../runner-error.ts';

/** The runner sends a blank line every 10 s; a stream without any data for this long is closed. */
const streamIdleMs = 30_000;
/** Events that arrive within this time form one batch. */
const gatherMs = 40;
/** Upper bound on the events of a batch: the statement that stores them has a limited number of parameters. */
const maxBatchEvents = 1000;

/** Yields batches of a run's events after `after`, as they happen, until the runner ends the stream. */
export async function* runEvents(
  open: (url: string) => Promise<Readable>,
  { runId, after, signal }: { runId: string; after: number; signal: AbortSignal },
): AsyncGenerator<RunEvent[]> {
  const events = new EventQueue(await open(`/runs/${runId}/events?after=${after}&follow=true`));
  try {
    while (await events.hasNext()) {
      signal.throwIfAborted();
      await events.gather();
      yield events.take();
    }
    if (!events.failure) return;
    signal.throwIfAborted();
    throw new RunnerError(`following run ${runId}: the stream broke (${events.failure.message})`);
  } finally {
    events.close();
  }
}

/** Queues the events that are read from a stream of lines. */
class EventQueue {
  /** Why the stream broke; `undefined` if it has not. */
  failure: Error | undefined;
  readonly #stream: Readable;
  readonly #lines: Interface;
  readonly #idle: NodeJS.Timeout;
  readonly #queued: RunEvent[] = [];
  #ended = false;
  #wake = () => {};
  #atEnd = () => {};

  constructor(stream: Readable) {
    this.#stream = stream;
    this.#idle = setTimeout(() => stream.destroy(new Error('the stream sent no data')), streamIdleMs);
    stream.on('data', () => this.#idle.refresh());
    this.#lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
    this.#lines.on('line', (line) => this.#add(line));
    this.#lines.on('close', () => this.#end());
    stream.on('error', (error) => this.#fail(error));
    this.#lines.on('error', (error) => this.#fail(error));
  }

  /** Waits for an event; returns false if there are no more. */
  async hasNext(): Promise<boolean> {
    while (this.#queued.length === 0) {
      if (this.#ended || this.failure) return false;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return true;
  }

  /** Waits a moment for further events, so that they are stored together. */
  async gather(): Promise<void> {
    if (this.#ended || this.failure) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, gatherMs);
      this.#atEnd = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  take(): RunEvent[] {
    return this.#queued.splice(0, maxBatchEvents);
  }

  close(): void {
    clearTimeout(this.#idle);
    this.#lines.close();
    this.#stream.destroy();
  }

  #add(line: string): void {
    if (this.failure) return; // events after an unreadable line would leave a gap
    try {
      if (line.trim()) this.#queued.push(runEventSchema.parse(JSON.parse(line)));
    } catch (error) {
      this.#fail(new Error('a line is not an event', { cause: error }));
    }
    this.#wake();
  }

  #end(): void {
    this.#ended = true;
    this.#atEnd();
    this.#wake();
  }

  #fail(error: Error): void {
    this.failure = error;
    this.#wake();
  }
}
