import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createJobEgress } from '../../egress/job-egress.ts';
import type { EgressOptions } from '../../egress/namespace.ts';
import { isRunning, stopBackground } from '../../process/background.ts';
import { readIdentity, sessionOf } from '../../process/identity.ts';
import type { ProviderBinary } from '../../providers/binaries.ts';
import { environmentDigest } from '../../providers/job-providers.ts';
import { backgroundFolders } from '../../providers/orphans.ts';
import { controlPaths, providerCommand } from '../../providers/provider-command.ts';
import type { TakeOver } from '../../providers/proxy/proxy-settings.ts';
import {
  findProviders,
  reattachEntry,
  type SharedProvider,
  startProvider,
} from '../../providers/shared-provider.ts';
import type { NetworkAccess } from '../../sandbox/bubblewrap.ts';
import type { CommandContext } from '../../sandbox/command-line.ts';
import { assignUser } from '../../sandbox/users.ts';
import { type JobPaths, jobPaths } from '../../workdir/job-paths.ts';
import { removeJobFolders } from '../../workdir/remove-job-folders.ts';
import type { RunContext } from '../run.ts';
import { layOutJob } from '../steps/lay-out-job.ts';
import type { JobValues } from './job-values.ts';

const prefix = '.spare-';

/** What a spare is made for: a provider, and the network that its job will have. */
export type SpareKind = {
  binary: ProviderBinary;
  /** Changes when another file takes the binary's place. */
  stamp: string;
  /** `undefined` where commands use the machine's network. */
  egress: EgressOptions | undefined;
};

/** A job's folder without a job: an own user and network, and a provider that nobody has configured. */
export type Spare = SpareKind & { paths: JobPaths };

type Needs = Pick<RunContext, 'config' | 'sandbox'>;

/** Returns what tells a binary from another file under its path. */
export function stampOf({ path }: ProviderBinary): string {
  const { dev, ino, size, mtimeMs, ctimeMs } = statSync(path);
  return [dev, ino, size, mtimeMs, ctimeMs].join(':');
}

/** Makes a spare; `undefined` if its provider does not become ready. */
export async function makeSpare({ config, sandbox }: Needs, kind: SpareKind): Promise<Spare | undefined> {
  const id = `${prefix}${randomBytes(4).toString('hex')}`;
  const paths = jobPaths(config.runsDir, id, '.');
  const spare = { ...kind, paths };
  try {
    await layOutJob(paths, {
      ...{ files: new Map(), variables: {}, state: undefined, plan: undefined, imports: [], search: [] },
      user: sandbox.users && assignUser(config.runsDir, id, sandbox.users),
      providerMirror: config.providerMirror,
      keepsSockets: false,
    });
    mkdirSync(paths.journal, { recursive: true, mode: 0o700 });
    const network = await networkOf(paths, kind.egress);
    const provider = join(paths.providers, `${kind.binary.source.split('/').at(-1)}-spare`);
    const started = { ...kind.binary, directory: provider, environmentDigest: 'none' };
    startProvider(
      started,
      providerCommand(contextOf({ sandbox, paths, network }), kind.binary.path, provider),
    );
    if (await reattachEntry(started, paths.temporary)) return spare;
  } catch (error) {
    await removeSpare(paths);
    throw error;
  }
  await removeSpare(paths);
  return undefined;
}

/** Whether provider and network of the spare still run. */
export function isReady({ paths }: Spare): boolean {
  return backgroundFolders(paths).every(isRunning);
}

/** Whether the spare was made for this provider and network. */
export function isOfKind(spare: Spare, { binary, stamp, egress }: SpareKind): boolean {
  const isSame = spare.binary.path === binary.path && spare.stamp === stamp;
  return isSame && JSON.stringify(spare.egress) === JSON.stringify(egress);
}

/**
 * Moves a spare into a job's new folder. Its processes keep their folders: the kernel follows what is moved, and they name
 * files by paths from there.
 */
export async function moveInto(spare: Spare, paths: JobPaths): Promise<void> {
  await mkdir(paths.root, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(spare.paths.root))
    await rename(join(spare.paths.root, name), join(paths.root, name));
  if (!spare.paths.temporary.startsWith(spare.paths.root))
    await rename(spare.paths.temporary, paths.temporary);
  await rm(spare.paths.root, { recursive: true, force: true });
}

/** Tells a moved spare's provider what the job brings, which it gets when Terraform configures it. */
export async function tellProviders(context: CommandContext, brought: JobValues): Promise<void> {
  await writeFile(context.paths.awsConfig, brought.configFile, { mode: 0o644 });
  for (const provider of findProviders(context.paths.providers)) tellProvider(provider, context, brought);
}

function tellProvider(provider: SharedProvider, context: CommandContext, brought: JobValues): void {
  const { directory } = provider;
  const { args } = providerCommand(contextOf(context), provider.path, directory);
  const [_proxy, _settings, ...command] = args;
  const { values, defaultTags } = brought;
  const takeOver: TakeOver = { command, sockets: context.paths.temporary, values, defaultTags };
  writeFileSync(controlPaths(directory).takeOver, JSON.stringify(takeOver), { mode: 0o600 });
  const started = { ...provider, environmentDigest: environmentDigest(context) };
  writeFileSync(join(directory, 'provider.json'), JSON.stringify(started), { mode: 0o600 });
}

/** Ends a spare, if it has not been moved, and removes its folder. */
export async function removeSpare(paths: JobPaths): Promise<void> {
  await Promise.all(backgroundFolders(paths).map(stopBackground));
  await removeJobFolders(paths);
}

/** Removes the spares that an earlier start of the runner left behind. */
export async function removeOldSpares(runsDir: string): Promise<void> {
  const old = readdirSync(runsDir).filter((name) => name.startsWith(prefix));
  await Promise.all(old.map((name) => removeSpare(jobPaths(runsDir, name, '.'))));
}

/** Returns the resident memory of a spare's processes, in bytes. */
export function memoryOf(paths: JobPaths): number {
  const pids = backgroundFolders(paths).flatMap((folder) => {
    const identity = readIdentity(folder);
    return identity ? sessionOf(identity) : [];
  });
  return pids.map(residentBytes).reduce((sum, bytes) => sum + bytes, 0);
}

function residentBytes(pid: number): number {
  try {
    const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}

async function networkOf(paths: JobPaths, egress: EgressOptions | undefined): Promise<NetworkAccess> {
  if (!egress) return { kind: 'open' };
  return {
    kind: 'proxied',
    namespace: await createJobEgress(paths.egress).ensure(egress, { listening: true }),
  };
}

/** A spare's provider has no environment but the name of a file that its job writes. */
function contextOf({
  paths,
  sandbox,
  network,
}: Pick<CommandContext, 'paths' | 'sandbox' | 'network'>): CommandContext {
  return {
    ...{ paths, sandbox, network, environment: {} },
    kind: 'provider',
    extra: { AWS_CONFIG_FILE: paths.awsConfig },
  };
}
