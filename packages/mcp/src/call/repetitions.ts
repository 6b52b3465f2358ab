import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

const maxRemembered = 10_000;
const forgetMs = 60 * 60 * 1000;
/** So often the same problem is answered before the caller is told that it repeats itself. */
const patience = 3;

type Told = { times: number; occasion: string | undefined };

/** Counts how often a caller was told the same problem. Forgets one after an hour without it. */
export class Repetitions {
  readonly #told = new LRUCache<string, Told>({ max: maxRemembered, ttl: forgetMs });

  /**
   * Counts one answer with these fingerprints; looking at the same occasion again, for example at one job, does not count.
   * Returns those that the caller was told at least three times, with their number.
   */
  count(caller: string, fingerprints: string[], occasion?: string): { fingerprint: string; times: number }[] {
    return [...new Set(fingerprints)].flatMap((fingerprint) => {
      const key = `${caller}\n${fingerprint}`;
      const before = this.#told.get(key);
      const isSame = occasion !== undefined && before?.occasion === occasion;
      const times = (before?.times ?? 0) + (isSame ? 0 : 1);
      this.#told.set(key, { times, occasion });
      return times >= patience ? [{ fingerprint, times }] : [];
    });
  }
}

/** What a problem of code has in each of its forms. */
export type Problem = {
  code: string;
  file?: string | null;
  line?: number | null;
  summary?: string;
  message?: string;
  address?: string | null;
};

/** Identifies a problem of some code over several attempts; its place within the line does not count. */
export function fingerprintOf(
  subject: string,
  { code, file, line, summary, message, address }: Problem,
): string {
  const what = [subject, code, file, line, summary ?? message, address];
  return createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 12);
}
