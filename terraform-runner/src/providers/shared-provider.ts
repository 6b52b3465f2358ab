import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, killSession, readIdentity, recordIdentityScript, sessionOf } from '../process/identity.ts';
import type { CommandLine } from '../terraform/command-line.ts';
import type { ProviderBinary } from './binaries.ts';

/** A provider that has not said by then how to reach it is not shared. */
const readyMs = 10_000;
/** How long its shell may take to record itself. */
const recordMs = 2000;
const pollMs = 20;

/**
 * The provider's own log goes nowhere: it can't be switched off while debugging and has requests with secrets in it.
 * The shell becomes the provider, so the recorded identity is the provider's.
 */
const script = `${recordIdentityScript}
shift
exec "$@" 2> /dev/null
`;

export type SharedProvider = ProviderBinary & {
  directory: string;
  /** Digest of the environment it was started with: credentials can't be changed later. */
  environmentDigest: string;
};

/** Starts a provider that serves several Terraform commands, apart from the runner's own life. */
export function startProvider(provider: SharedProvider, line: CommandLine): void {
  mkdirSync(provider.directory, { recursive: true, mode: 0o700 });
  writeFileSync(join(provider.directory, 'provider.json'), JSON.stringify(provider), { mode: 0o600 });
  const output = openSync(join(provider.directory, 'stdout'), 'a', 0o600);
  try {
    const child = spawn(
      '/bin/sh',
      ['-c', script, 'engine-provider', provider.directory, line.file, ...line.args],
      {
        cwd: line.cwd,
        env: { ...line.env, TF_LOG_SDK: 'off', TF_LOG_PROVIDER: 'off' },
        detached: true,
        stdio: ['ignore', output, 'ignore'],
      },
    );
    child.once('error', () => {}); // seen as a provider that never becomes ready
    child.unref();
  } finally {
    closeSync(output);
  }
}

/** What Terraform needs to reach the provider, once it is ready; `undefined` where it does not get there. */
export async function reattachEntry(provider: SharedProvider): Promise<Record<string, unknown> | undefined> {
  const startedAt = Date.now();
  for (;;) {
    const identity = readIdentity(provider.directory);
    const entry = identity && isAlive(identity) ? printedEntry(provider.directory) : undefined;
    const limitMs = identity ? readyMs : recordMs;
    if (entry || hasEnded(provider) || Date.now() > startedAt + limitMs) return entry;
    await delay(pollMs);
  }
}

/** True for a provider that ran and runs no more, not for one whose shell has yet to begin. */
export function hasEnded(provider: SharedProvider): boolean {
  const identity = readIdentity(provider.directory);
  return identity !== undefined && !isAlive(identity);
}

/** Ends the provider and everything it started, and forgets it. */
export async function stopProvider(provider: SharedProvider): Promise<void> {
  const deadline = Date.now() + recordMs;
  while (!readIdentity(provider.directory) && Date.now() < deadline) await delay(pollMs); // its shell just started
  const identity = readIdentity(provider.directory);
  if (identity) killSession(identity);
  while (identity && sessionOf(identity).length > 0 && Date.now() < deadline) await delay(pollMs);
  await rm(provider.directory, { recursive: true, force: true });
}

/** The providers that were started in this folder, by this runner or by its predecessor. */
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

function printedEntry(directory: string): Record<string, unknown> | undefined {
  try {
    const text = readFileSync(join(directory, 'stdout'), 'utf8');
    const json = /TF_REATTACH_PROVIDERS='(\{.*\})'/.exec(text)?.[1];
    return json ? JSON.parse(json) : undefined;
  } catch {
    return undefined;
  }
}
