import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { writeAtomically } from '../files/atomic-write.ts';
import type { ProviderBinary } from './binaries.ts';

const maxHints = 200;
const hintsSchema = z.record(z.string(), z.array(z.object({ source: z.string(), path: z.string() })));

export type ProviderHints = {
  find(key: string): ProviderBinary[];
  remember(key: string, binaries: ProviderBinary[]): Promise<void>;
};

/**
 * Remembers which binaries init chose for which provider requirements, so that the next run with the same
 * requirements can start them while its own init verifies. A hint is only a guess: what init links is used.
 */
export async function loadProviderHints(path: string): Promise<ProviderHints> {
  const text = await readFile(path, 'utf8').catch(() => '{}');
  const parsed = hintsSchema.safeParse(parseOrUndefined(text));
  const hints = new Map(Object.entries(parsed.success ? parsed.data : {}));
  return {
    find: (key) => hints.get(key) ?? [],
    async remember(key, binaries) {
      const known = hints.get(key);
      if (known && JSON.stringify(known) === JSON.stringify(binaries)) return;
      hints.delete(key);
      hints.set(key, binaries);
      for (const oldest of [...hints.keys()].slice(0, Math.max(0, hints.size - maxHints)))
        hints.delete(oldest);
      await mkdir(dirname(path), { recursive: true });
      await writeAtomically(path, JSON.stringify(Object.fromEntries(hints)));
    },
  };
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
