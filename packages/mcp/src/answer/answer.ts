import type { CallToolResult } from '@modelcontextprotocol/server';
import { fence } from './fence.ts';
import { type Cut, fit } from './fit.ts';
import { visibleJson } from './visible.ts';

/** What a tool answers. */
export type Answer = {
  /** Sentences of the engine's own. They hold numbers, ids, digests and fixed words, and nothing that others wrote. */
  says: string[];
  /** The same for programs. */
  facts?: Record<string, string | number | boolean | null>;
  /** What may hold texts of code, providers, logs and the cloud. */
  data?: unknown;
  isError?: boolean;
};

export const defaultMaxBytes = 20_000;
export const leastMaxBytes = 1_000;
export const mostMaxBytes = 200_000;

/** So many places that were cut are named, in so many characters each. */
const namedCuts = 5;
const cutCharacters = 90;

/** Writes an answer with at most `maxBytes` of data, and says what was cut. */
export function toResult({ says, facts = {}, data, isError }: Answer, maxBytes: number): CallToolResult {
  const shown = data === undefined ? undefined : boundedText(data, maxBytes);
  const note = `The data was cut to fit maxBytes; its last lines say where. A larger maxBytes shows more.`;
  const text = [...says, ...(shown?.isCut ? [note] : []), ...(shown ? [fence(shown.text)] : [])];
  return {
    content: [{ type: 'text', text: text.join('\n') }],
    structuredContent: { ...facts, cut: shown?.isCut === true },
    ...(isError ? { isError } : {}),
  };
}

/** Writes a value as visible JSON of at most so many bytes, with lines that name what was cut. */
export function boundedText(data: unknown, maxBytes: number): { text: string; isCut: boolean } {
  const value = visibleJson(data);
  const whole = fit(value, maxBytes);
  if (whole.cuts.length === 0) return { text: whole.text, isCut: false };
  const { text, cuts } = fit(value, maxBytes - (namedCuts + 1) * cutCharacters);
  const more = cuts.length - namedCuts;
  const lines = [
    ...cuts.slice(0, namedCuts).map(cutLine),
    ...(more > 0 ? [`cut: and ${more} more places`] : []),
  ];
  return { text: [text, ...lines].join('\n'), isCut: true };
}

function cutLine({ pointer, shown, of, unit }: Cut): string {
  const amount = `shows ${shown} of ${of} ${unit}`;
  return `cut: ${pointer.slice(0, cutCharacters - amount.length - 8)} ${amount}`;
}
