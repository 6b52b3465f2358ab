import { lookup as lookUp } from 'node:dns/promises';
import { isIP } from 'node:net';
import { unmapped } from '@deployment-engine/service/addresses';
import type { AllowList } from './allow-list.ts';

/** The addresses to connect to, best first; or `denied`; or why the name did not resolve. */
export type Resolution =
  | { kind: 'open'; addresses: string[] }
  | { kind: 'denied' }
  | { kind: 'unknown'; problem: string };

/** Returns all addresses of a name; rejects if it has none. */
type Lookup = (host: string) => Promise<string[]>;

/**
 * Resolves a name once and checks all its addresses: one internal address denies the whole name. Callers
 * connect to an address from this result and never resolve again, which prevents DNS rebinding.
 */
export async function resolveAllowed(
  list: AllowList,
  host: string,
  port: number,
  lookup: Lookup = systemLookup,
): Promise<Resolution> {
  if (!list.allowsName(host, port)) return { kind: 'denied' };
  const literal = unmapped(host);
  if (isIP(literal)) return { kind: 'open', addresses: [literal] };
  if (host === 'localhost') return { kind: 'open', addresses: ['127.0.0.1'] };
  try {
    const addresses = await lookup(host);
    return addresses.every((address) => list.allowsAddress(address, port))
      ? { kind: 'open', addresses }
      : { kind: 'denied' };
  } catch (error) {
    return { kind: 'unknown', problem: (error as NodeJS.ErrnoException).code ?? String(error) };
  }
}

async function systemLookup(host: string): Promise<string[]> {
  return (await lookUp(host, { all: true })).map(({ address }) => address);
}
