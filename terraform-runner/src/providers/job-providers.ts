import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '@deployment-engine/contracts';
import pLimit from 'p-limit';
import { sha256 } from '../files/sha256.ts';
import { hasEnded, stopBackground } from '../process/background.ts';
import type { CommandContext } from '../sandbox/command-line.ts';
import { acceptedEnvironment } from '../terraform/environment.ts';
import type { ProviderBinary } from './binaries.ts';
import { breakOffAt, drain } from './drain.ts';
import { providerCommand } from './provider-command.ts';
import { findProviders, reattachEntry, type SharedProvider, startProvider } from './shared-provider.ts';

export type JobProviders = ReturnType<typeof createJobProviders>;

/** Manages a job's provider processes. They live in its folder, use its environment, and end with it. */
export function createJobProviders(folder: string, sockets: string) {
  let providers = findProviders(folder);
  const next = pLimit(1);

  async function stop(these: SharedProvider[]): Promise<void> {
    providers = providers.filter((provider) => !these.includes(provider));
    await Promise.all(these.map(({ directory }) => stopBackground(directory)));
  }

  function start(context: CommandContext, binary: ProviderBinary): void {
    const type = binary.source.split('/').at(-1);
    const directory = join(folder, `${type}-${randomBytes(4).toString('hex')}`);
    const provider = { ...binary, directory, environmentDigest: environmentDigest(context) };
    providers.push(provider);
    mkdirSync(context.paths.journal, { recursive: true, mode: 0o700 });
    startProvider(provider, providerCommand(context, binary.path, directory));
  }

  async function ensure(context: CommandContext, wanted: ProviderBinary[]): Promise<void> {
    const digest = environmentDigest(context);
    const useless = (provider: SharedProvider) =>
      !wanted.some((binary) => runs(provider, binary, digest)) || hasEnded(provider.directory);
    await stop(providers.filter(useless));
    for (const binary of wanted)
      if (!providers.some((provider) => runs(provider, binary, digest))) start(context, binary);
  }

  async function reattach(): Promise<string | undefined> {
    const entries = await Promise.all(providers.map((provider) => reattachEntry(provider, sockets)));
    await stop(providers.filter((_provider, index) => !entries[index]));
    const merged = Object.assign({}, ...entries.filter((entry) => entry !== undefined));
    return Object.keys(merged).length > 0 ? JSON.stringify(merged) : undefined;
  }

  async function adopt(): Promise<void> {
    providers = findProviders(folder);
  }

  const directories = () => providers.map(({ directory }) => directory);

  return {
    /**
     * Ends all providers but those that run one of these binaries with this environment, and starts the
     * missing ones. Calls `context` once earlier calls have completed.
     */
    ensure: (context: () => Promise<CommandContext>, wanted: ProviderBinary[]) =>
      next(async () => ensure(await context(), wanted)),

    /** Returns TF_REATTACH_PROVIDERS, or `undefined` if Terraform has to start all providers itself. */
    reattach: () => next(reattach),

    /** Counts the providers that were moved into the folder as started for this job. */
    adopt: () => next(adopt),

    stop: () => next(() => stop(providers)),

    /** See `breakOffAt`. */
    breakOffAt: (time: number) => breakOffAt(directories(), time),

    /** See `drain`. */
    drain: (drainMs: number, signal: AbortSignal) => drain(directories(), drainMs, signal),
  };
}

/** Whether a process runs this binary with the environment of this digest. */
function runs(provider: SharedProvider, { source, path }: ProviderBinary, digest: string): boolean {
  return provider.source === source && provider.path === path && provider.environmentDigest === digest;
}

/** Returns the digest of what a provider cannot change after its start. */
export function environmentDigest(context: Pick<CommandContext, 'environment' | 'network'>): string {
  return sha256(canonicalJson([acceptedEnvironment(context.environment), context.network]));
}
