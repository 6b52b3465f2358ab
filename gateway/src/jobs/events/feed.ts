import type { JobEvent } from '@deployment-engine/contracts';
import type { OpenDatabase } from '../../server/database/open.ts';
import { listEvents } from './store.ts';

const pageSize = 500;
const firstRetryMs = 1000;
const maxRetryMs = 10_000;

type Listener = (events: JobEvent[]) => void;
type Subscriber = { position: number; listener: Listener };
type Topic = { subscribers: Set<Subscriber>; reading: boolean; stale: boolean; failures: number };

/**
 * Delivers events of jobs as they are stored. Subscribers at the same position of a job share one query, so a
 * thousand listeners cost as much as one.
 */
export class JobFeed {
  readonly #database: OpenDatabase;
  readonly #topics = new Map<string, Topic>();

  constructor(database: OpenDatabase) {
    this.#database = database;
  }

  /** Calls `listener` with every event after `after`, in order, each once. Returns a function that unsubscribes. */
  subscribe(jobId: string, after: number, listener: Listener): () => void {
    const topic = this.#topics.get(jobId) ?? newTopic();
    this.#topics.set(jobId, topic);
    const subscriber = { position: after, listener };
    topic.subscribers.add(subscriber);
    void this.#read(jobId, topic);
    return () => {
      topic.subscribers.delete(subscriber);
      if (topic.subscribers.size === 0) this.#topics.delete(jobId);
    };
  }

  /** Call when a job may have new events. */
  changed(jobId: string): void {
    const topic = this.#topics.get(jobId);
    if (topic) void this.#read(jobId, topic);
  }

  /** Call when notifications may have been lost. */
  changedAll(): void {
    for (const jobId of this.#topics.keys()) this.changed(jobId);
  }

  async #read(jobId: string, topic: Topic): Promise<void> {
    if (topic.reading) {
      topic.stale = true;
      return;
    }
    topic.reading = true;
    try {
      do {
        topic.stale = false;
        await this.#deliver(jobId, topic);
      } while (topic.stale && topic.subscribers.size > 0);
      topic.failures = 0;
    } catch {
      this.#readLater(jobId, topic);
    } finally {
      topic.reading = false;
    }
  }

  async #deliver(jobId: string, topic: Topic): Promise<void> {
    const positions = new Set([...topic.subscribers].map((subscriber) => subscriber.position));
    for (const position of positions) {
      const events = await listEvents(this.#database.query, jobId, position, pageSize);
      const last = events.at(-1);
      if (!last) continue;
      for (const subscriber of topic.subscribers) {
        if (subscriber.position !== position) continue;
        subscriber.position = last.seq;
        subscriber.listener(events);
      }
      if (events.length === pageSize) topic.stale = true;
    }
  }

  /** Retries after a failed query, with growing delays, until the last subscriber has left. */
  #readLater(jobId: string, topic: Topic): void {
    const waitMs = Math.min(maxRetryMs, firstRetryMs * 2 ** topic.failures);
    topic.failures += 1;
    setTimeout(() => {
      if (topic.subscribers.size > 0) void this.#read(jobId, topic);
    }, waitMs).unref();
  }
}

function newTopic(): Topic {
  return { subscribers: new Set(), reading: false, stale: false, failures: 0 };
}
