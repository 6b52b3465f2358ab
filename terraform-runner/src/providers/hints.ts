import { z } from 'zod';
import type { ProviderBinary } from './binaries.ts';
import { type KeptByKey, loadKept } from './kept-by-key.ts';

const binariesSchema = z.array(z.object({ source: z.string(), path: z.string() }));

/**
 * Which binaries init chose for which provider requirements, so that the next run with the same requirements
 * can start them while its own init verifies. A hint is only a guess: what init links is used.
 */
export type ProviderHints = KeptByKey<ProviderBinary[]>;

export function loadProviderHints(path: string): Promise<ProviderHints> {
  return loadKept(path, binariesSchema);
}
