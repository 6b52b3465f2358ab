import type { Json } from './fit.ts';

/**
 * Characters that a reader does not see, or that change the order of others: controls, zero-width and bidirectional
 * marks, variation selectors, line separators, and tag characters, in which whole sentences can be hidden.
 * Source: https://www.unicode.org/reports/tr36/
 */
const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Writes what cannot be seen as its number, for example `\u{200b}`; line breaks and tabs stay. */
export function visible(text: string): string {
  return text.replace(hidden, (character) =>
    character === '\n' || character === '\t' ? character : `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}

/** Makes every text and key of a value visible. Leaves out what JSON has no form for. */
export function visibleJson(value: unknown): Json {
  if (typeof value === 'string') return visible(value);
  if (Array.isArray(value)) return value.map((item) => visibleJson(item ?? null));
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'object' || value === null) return typeof value === 'boolean' ? value : null;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.map(([key, item]) => [visible(key), visibleJson(item)]));
}
