import type { JobView } from '@deployment-engine/contracts';
import { LRUCache } from 'lru-cache';

export type CachedJob = { view: JobView; json: Buffer };

/**
 * Caches job views in memory, so that status polling costs no query. An entry is removed as soon as any gateway commits
 * a change of its job.
 */
export type JobCache = {
  read(jobId: string, load: () => Promise<JobView | undefined>): Promise<CachedJob | undefined>;
  peek(jobId: string): CachedJob | undefined;
  invalidate(jobId: string): void;
  clear(): void;
};

export function createJobCache(options: { maxBytes: number }): JobCache {
  const entries = new LRUCache<string, CachedJob>({
    maxSize: options.maxBytes,
    sizeCalculation: (entry) => entry.json.byteLength + 512,
  });
  let generation = 0;
  const changedAt = new LRUCache<string, number>({ max: 10_000 });
  return {
    async read(jobId, load) {
      const cached = entries.get(jobId);
      if (cached) return cached;
      const before = generation;
      const view = await load();
      if (!view) return undefined;
      const entry = { view, json: Buffer.from(JSON.stringify(view)) };
      if ((changedAt.get(jobId) ?? 0) <= before) entries.set(jobId, entry);
      return entry;
    },
    peek: (jobId) => entries.get(jobId),
    invalidate(jobId) {
      generation += 1;
      changedAt.set(jobId, generation);
      entries.delete(jobId);
    },
    clear() {
      generation += 1;
      entries.clear();
    },
  };
}
