import type { JobEvent } from '@deployment-engine/contracts';
import type { OpenDatabase } from '../../server/database/open.ts';
import { listEvents } from './store.ts';

const pageSize = 500;
const firstRetryMs = 1000;
const maxRetryMs = 10_000;

export type JobFeed = {
  /** Calls `listener` with every event after `after`, in order, each once; answers how to stop. */
  subscribe(jobId: string, after: number, listener: (events: JobEvent[]) => void): () => void;
  /** Tells the feed that a job may have new events. */
  changed(jobId: string): void;
  /** Tells the feed that changes may have been missed. */
  changedAll(): void;
};

type Subscriber = { position: number; listener: (events: JobEvent[]) => void };
type Topic = { subscribers: Set<Subscriber>; reading: boolean; stale: boolean; failures: number };

/**
 * Events of jobs as they are stored. Subscribers of one job that are at the same position share one query, so a
 * thousand listeners cost what one costs.
 */
export function createJobFeed(database: OpenDatabase): JobFeed {
  const topics = new Map<string, Topic>();

  async function read(jobId: string, topic: Topic): Promise<void> {
    if (topic.reading) {
      topic.stale = true;
      return;
    }
    topic.reading = true;
    try {
      do {
        topic.stale = false;
        await deliver(jobId, topic);
      } while (topic.stale && topic.subscribers.size > 0);
      topic.failures = 0;
    } catch {
      readLater(jobId, topic);
    } finally {
      topic.reading = false;
    }
  }

  /** The database is away. Tried again, ever more slowly, until the last subscriber has left. */
  function readLater(jobId: string, topic: Topic): void {
    const waitMs = Math.min(maxRetryMs, firstRetryMs * 2 ** topic.failures);
    topic.failures += 1;
    setTimeout(() => {
      if (topic.subscribers.size > 0) void read(jobId, topic);
    }, waitMs).unref();
  }

  async function deliver(jobId: string, topic: Topic): Promise<void> {
    const positions = new Set([...topic.subscribers].map((subscriber) => subscriber.position));
    for (const position of positions) {
      const events = await listEvents(database.query, jobId, position, pageSize);
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

  const changed = (jobId: string) => {
    const topic = topics.get(jobId);
    if (topic) void read(jobId, topic);
  };

  return {
    subscribe(jobId, after, listener) {
      const topic = topics.get(jobId) ?? {
        subscribers: new Set(),
        reading: false,
        stale: false,
        failures: 0,
      };
      topics.set(jobId, topic);
      const subscriber = { position: after, listener };
      topic.subscribers.add(subscriber);
      void read(jobId, topic);
      return () => {
        topic.subscribers.delete(subscriber);
        if (topic.subscribers.size === 0) topics.delete(jobId);
      };
    },
    changed,
    changedAll: () => {
      for (const jobId of topics.keys()) changed(jobId);
    },
  };
}
