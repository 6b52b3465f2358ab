import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { startBackground, whenReady } from '../process/background.ts';
import type { CommandLine } from '../process/command-line.ts';
import type { ProviderBinary } from './binaries.ts';
import type { ReattachEntry } from './proxy/upstream.ts';

/** A provider that takes longer to print how to reach it is not shared. */
const readyMs = 10_000;

export type SharedProvider = ProviderBinary & {
  directory: string;
  /** Digest of its environment and network: credentials cannot change after the start. */
  environmentDigest: string;
};

/** Starts a provider that serves several Terraform commands. */
export function startProvider(provider: SharedProvider, line: CommandLine): void {
  mkdirSync(provider.directory, { recursive: true, mode: 0o700 });
  writeFileSync(join(provider.directory, 'provider.json'), JSON.stringify(provider), { mode: 0o600 });
  startBackground(provider.directory, line);
}

/**
 * Returns what Terraform needs to reach the provider once it is ready; `undefined` if it never is. The socket is in the
 * job's folder of sockets, also if the provider printed where that was before the job took it over.
 */
export async function reattachEntry(
  { directory }: SharedProvider,
  sockets: string,
): Promise<Record<string, unknown> | undefined> {
  return whenReady(directory, readyMs, () => printedEntry(directory, sockets));
}

/** Returns the providers started in this folder, by this runner or a previous one. */
export function findProviders(folder: string): SharedProvider[] {
  try {
    return readdirSync(folder).map((name) => ({
      ...JSON.parse(readFileSync(join(folder, name, 'provider.json'), 'utf8')),
      directory: join(folder, name),
    }));
  } catch {
    return [];
  }
}

function printedEntry(directory: string, sockets: string): Record<string, unknown> | undefined {
  try {
    const text = readFileSync(join(directory, 'stdout'), 'utf8');
    const json = /TF_REATTACH_PROVIDERS='(\{.*\})'/.exec(text)?.[1];
    if (!json) return undefined;
    const entries = Object.entries(JSON.parse(json) as Record<string, ReattachEntry>);
    return Object.fromEntries(
      entries.map(([source, { Addr, ...entry }]) => {
        const path = join(sockets, basename(Addr.String));
        return [source, { ...entry, Addr: { ...Addr, String: path } }];
      }),
    );
  } catch {
    return undefined;
  }
}
