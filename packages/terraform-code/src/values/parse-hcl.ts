import { Worker } from 'node:worker_threads';

/** Also of a busy machine, on which a thread needs seconds to load the parser. */
const timeoutMs = 30_000;
const maxHeapMb = 512;

/**
 * Parses HCL files into plain objects; `null` for one that does not parse. Runs in a thread, because the
 * parser is synchronous and slow on large or hostile input; throws when it takes too long.
 */
export async function parseHclValues(sources: string[]): Promise<unknown[]> {
  if (sources.length === 0) return [];
  const worker = new Worker(new URL('./parse-worker.ts', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
  });
  const timer = setTimeout(() => void worker.terminate(), timeoutMs);
  try {
    return await new Promise<unknown[]>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error(`parsing the code: not done after ${timeoutMs / 1000} s`)));
      worker.postMessage(sources);
    });
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}
