import type { CallToolResult } from '@modelcontextprotocol/server';
import { fence } from './fence.ts';
import { type Cut, fit, type Json } from './fit.ts';

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

/** Writes an answer with at most `maxBytes` of data, and says what was cut. */
export function toResult({ says, facts = {}, data, isError }: Answer, maxBytes: number): CallToolResult {
  const shown = data === undefined ? undefined : fit(data as Json, maxBytes);
  const cuts = shown?.cuts ?? [];
  const text = [...says, ...(cuts.length > 0 ? [cutNote(cuts.length)] : [])];
  if (shown) text.push(fence([shown.text, ...cuts.map(cutLine)].join('\n')));
  return {
    content: [{ type: 'text', text: text.join('\n') }],
    structuredContent: { ...facts, cut: cuts.length > 0 },
    ...(isError ? { isError } : {}),
  };
}

function cutNote(count: number): string {
  return `The data was cut in ${count} ${count === 1 ? 'place' : 'places'} to fit maxBytes; its last lines name them. A larger maxBytes shows more.`;
}

function cutLine({ pointer, shown, of, unit }: Cut): string {
  return `cut: ${pointer} shows ${shown} of ${of} ${unit}`;
}
