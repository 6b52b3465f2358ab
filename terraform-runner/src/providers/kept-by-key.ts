import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { canonicalJson } from '@deployment-engine/contracts';
import { z } from 'zod';
import { writeAtomically } from '../files/atomic-write.ts';

const maxEntries = 200;

/** Values by key that survive a restart; the oldest go first. */
export type KeptByKey<T> = {
  find(key: string): T | undefined;
  remember(key: string, value: T): Promise<void>;
};

/** Loads what an earlier start kept in a file; an unreadable file counts as empty. */
export async function loadKept<T>(path: string, schema: z.ZodType<T>): Promise<KeptByKey<T>> {
  const kept = await readKept(path, schema);
  return {
    find: (key) => kept.get(key),
    async remember(key, value) {
      const known = kept.get(key);
      if (known && canonicalJson(known) === canonicalJson(value)) return;
      kept.delete(key);
      kept.set(key, value);
      for (const oldest of [...kept.keys()].slice(0, Math.max(0, kept.size - maxEntries)))
        kept.delete(oldest);
      await mkdir(dirname(path), { recursive: true });
      await writeAtomically(path, JSON.stringify(Object.fromEntries(kept)));
    },
  };
}

async function readKept<T>(path: string, schema: z.ZodType<T>): Promise<Map<string, T>> {
  try {
    const parsed = z.record(z.string(), schema).parse(JSON.parse(await readFile(path, 'utf8')));
    return new Map(Object.entries(parsed));
  } catch {
    return new Map();
  }
}
