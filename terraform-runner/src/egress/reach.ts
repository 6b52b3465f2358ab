import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { unmapped } from './addresses.ts';
import type { AllowList } from './allow-list.ts';

/** The addresses to connect to, best first, or `denied`, or why the name leads nowhere. */
export type Reach =
  | { kind: 'open'; addresses: string[] }
  | { kind: 'denied' }
  | { kind: 'unknown'; problem: string };

/** Answers every address of a name; rejects where it has none. */
type Resolve = (host: string) => Promise<string[]>;

/**
 * Resolves a name once and judges every address it has: a name that also leads inside is denied as a whole. What is
 * connected to is an address from this answer, never the name again, so that a second answer of DNS changes nothing.
 */
export async function reach(
  list: AllowList,
  host: string,
  port: number,
  resolve: Resolve = systemResolver,
): Promise<Reach> {
  if (!list.allowsName(host, port)) return { kind: 'denied' };
  const literal = unmapped(host);
  if (isIP(literal)) return { kind: 'open', addresses: [literal] };
  if (host === 'localhost') return { kind: 'open', addresses: ['127.0.0.1'] };
  try {
    const addresses = await resolve(host);
    return addresses.every((address) => list.allowsAddress(address, port))
      ? { kind: 'open', addresses }
      : { kind: 'denied' };
  } catch (error) {
    return { kind: 'unknown', problem: (error as NodeJS.ErrnoException).code ?? String(error) };
  }
}

async function systemResolver(host: string): Promise<string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}
