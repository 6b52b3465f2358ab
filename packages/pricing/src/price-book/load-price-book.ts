import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readPriceBook } from './book-file.ts';
import type { PriceBook } from './price-book.ts';

/** The book shipped with the product. */
export const embeddedBookPath = fileURLToPath(new URL('prices.jsonl', import.meta.url));

/** Days after which a section's prices count as outdated. */
const maxAgeDays = 180;

let embedded: PriceBook | undefined;

/** Returns the embedded book; reads it once. */
export function embeddedPriceBook(): PriceBook {
  embedded ??= readPriceBook(embeddedBookPath);
  return embedded;
}

/** Returns the book refreshed or imported to `path`, or the embedded one if there is none. */
export function loadPriceBook(path?: string): PriceBook {
  if (path === undefined || !existsSync(path)) return embeddedPriceBook();
  return readPriceBook(path, { thorough: true });
}

/** Returns one warning for all sections older than 180 days. */
export function ageWarnings(sections: Record<string, { asOf: string }>, today: Date): string[] {
  const old = Object.entries(sections).filter(([, { asOf }]) => {
    return today.getTime() - Date.parse(asOf) > maxAgeDays * 86_400_000;
  });
  if (old.length === 0) return [];
  const oldest = old.map(([, { asOf }]) => asOf).toSorted()[0];
  const names = old.map(([id]) => id).join(', ');
  return [`prices older than ${maxAgeDays} days, the oldest of ${oldest}: ${names}`];
}
