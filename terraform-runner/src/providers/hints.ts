import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { lockFileName } from '@deployment-engine/contracts';
import { z } from 'zod';
import { writeAtomically } from '../files/atomic-write.ts';
import { sha256 } from '../files/sha256.ts';
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

/** Returns a key of everything that decides provider versions: requirements and resource type prefixes. */
export function requirementsKey(files: Map<string, Uint8Array>): string {
  const parts = new Set<string>();
  for (const [path, content] of files) {
    if (path === lockFileName) parts.add(Buffer.from(content).toString('utf8'));
    if (!/\.tf(\.json)?$/.test(path)) continue;
    const text = Buffer.from(content).toString('utf8');
    if (path.endsWith('.json')) parts.add(text);
    for (const block of requiredProviders(text)) parts.add(block);
    for (const match of text.matchAll(/^\s*(?:resource|data|ephemeral)\s+"([a-z0-9-]+)/gm))
      parts.add(match[1] ?? '');
    for (const match of text.matchAll(/^\s*provider\s+"?([a-z0-9-]+)/gm)) parts.add(match[1] ?? '');
    for (const match of text.matchAll(/^\s*source\s*=.*$/gm)) parts.add(match[0].trim());
  }
  return sha256([...parts].sort().join('\n'));
}

function* requiredProviders(text: string): Generator<string> {
  for (const match of text.matchAll(/required_providers\s*\{/g)) {
    let depth = 1;
    let end = match.index + match[0].length;
    for (; end < text.length && depth > 0; end++) {
      if (text[end] === '{') depth += 1;
      if (text[end] === '}') depth -= 1;
    }
    yield text.slice(match.index, end);
  }
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
