import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { type JobPaths, jobPaths } from '../workdir/job-paths.ts';
import { type BubblewrapConfinement, type Features, holdNewNetwork } from './bubblewrap.ts';
import { commandLine } from './command-line.ts';
import { type BubblewrapOptions, bubblewrapConfine, limitsConfine, type Sandbox } from './sandbox.ts';
import type { SandboxConfig } from './settings.ts';
import { bubblewrapHint, findTools, type Tools } from './tools.ts';
import { assignUser, giveToUser } from './users.ts';

const probeMs = 30_000;

export type SandboxNeeds = {
  settings: SandboxConfig;
  terraformPath: string;
  providerMirror: string | undefined;
  searchPath: string;
};

/** Finds the best sandbox that works here, tested with Terraform. Throws if the setting requires more. */
export async function findSandbox(needs: SandboxNeeds): Promise<Sandbox> {
  const { settings } = needs;
  const tools = findTools(needs.searchPath);
  if (settings.mode === 'off') return unconfined('off', needs, 'SANDBOX=off switches the sandbox off');
  const bubblewrap = await findBubblewrap(needs, tools);
  if (typeof bubblewrap !== 'string') return bubblewrap;
  if (settings.mode === 'bwrap')
    throw new Error(`starting: SANDBOX=bwrap, but ${bubblewrap}; or set SANDBOX=auto`);
  const { setpriv, prlimit } = tools;
  if (!setpriv || !prlimit)
    return unconfined('none', needs, `${bubblewrap}; setpriv and prlimit (util-linux) are missing too`);
  return {
    mode: 'limits',
    network: 'open',
    unprotected: [bubblewrap, ...withoutNamespaces],
    refusal: undefined,
    users: undefined,
    egress: noEgress,
    confine: limitsConfine({ setpriv, prlimit }, settings),
  };
}

/** Without a sandbox, commands use this machine's network. */
const noEgress = { holdNamespace: [], nsenter: 'nsenter', ownsUserNamespace: false };

const withoutNamespaces = [
  'code can read every file that the user of the runner can read, other projects and credentials included',
  'code can see and signal other processes of that user',
  'code can start any program of this machine',
  'code can reach every network address that this machine can, the cloud metadata service included',
];

function unconfined(mode: 'none' | 'off', { settings }: SandboxNeeds, why: string): Sandbox {
  const isRefused = mode === 'none' && !settings.allowUnsandboxed;
  return {
    mode,
    network: 'open',
    unprotected: [why, ...withoutNamespaces, 'code has no limit on memory, processes and file sizes'],
    refusal: isRefused
      ? `${why}; ${bubblewrapHint}, or set ALLOW_UNSANDBOXED=1 on the runner to run code without protection`
      : undefined,
    users: undefined,
    egress: noEgress,
    confine: (line) => line,
  };
}

/** Returns a bubblewrap sandbox, or the reason why there is none. */
async function findBubblewrap(needs: SandboxNeeds, found: Tools): Promise<Sandbox | string> {
  const tools = completeTools(found);
  if (typeof tools === 'string') return tools;
  const isRoot = process.getuid?.() === 0;
  const options = { ...needs, tools, features: await featuresOf(tools.bwrap) };
  const { users } = needs.settings;
  const owned = isRoot ? await tryOut(needs, { ...options, users }) : 'the runner is not root';
  if (owned === undefined) return bubblewrapSandbox({ ...options, users }, []);
  const shared = await tryOut(needs, { ...options, users: undefined });
  if (shared !== undefined) return `bubblewrap does not work here (${shared}); ${bubblewrapHint}`;
  const weaker = isRoot
    ? [`runs of all projects share the user of the runner, and their processes are not limited (${owned})`]
    : [];
  return bubblewrapSandbox({ ...options, users: undefined }, weaker);
}

function bubblewrapSandbox(options: BubblewrapOptions, weaker: string[]): Sandbox {
  const { settings } = options;
  const network =
    settings.network === 'open'
      ? ['code can reach every network address that this machine can (SANDBOX_NETWORK=open)']
      : [];
  const paths =
    settings.readOnlyPaths.length > 0
      ? [`code can read ${settings.readOnlyPaths.join(', ')} (SANDBOX_READ_ONLY_PATHS)`]
      : [];
  return {
    mode: 'bwrap',
    network: settings.network,
    unprotected: [...weaker, ...network, ...paths],
    refusal: undefined,
    users: options.users,
    egress: {
      holdNamespace: holdNewNetwork(options.tools.bwrap, options.users !== undefined),
      nsenter: options.tools.nsenter,
      ownsUserNamespace: options.users === undefined,
    },
    confine: bubblewrapConfine(options),
  };
}

function completeTools({ bwrap, setpriv, prlimit, nsenter }: Tools): BubblewrapConfinement['tools'] | string {
  if (!bwrap) return `bubblewrap is missing; ${bubblewrapHint}`;
  if (!setpriv || !prlimit || !nsenter) return 'setpriv, prlimit or nsenter is missing; install util-linux';
  return { bwrap, setpriv, prlimit, nsenter };
}

async function featuresOf(bwrap: string): Promise<Features> {
  const { stdout } = await execa(bwrap, ['--help'], { reject: false, timeout: probeMs });
  return { size: /--size\b/.test(stdout), disableUserns: /--disable-userns\b/.test(stdout) };
}

/** Runs Terraform in a temporary job folder. Returns why it does not work, or `undefined` if it does. */
async function tryOut(needs: SandboxNeeds, options: BubblewrapOptions): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'engine-probe-'));
  try {
    const paths = jobPaths(folder, 'probe', '.');
    await layOutProbe(paths);
    if (options.users) await giveToUser(paths, [], assignUser(folder, 'probe', options.users));
    const line = commandLine(
      {
        paths,
        environment: {},
        sandbox: { mode: 'bwrap', confine: bubblewrapConfine(options) },
        kind: 'apply',
        network: { kind: 'none' },
      },
      [needs.terraformPath, 'version'],
    );
    const { file, args, env, cwd } = line;
    await execa(file, args, { env, extendEnv: false, cwd, timeout: probeMs, stdin: 'ignore' });
    return undefined;
  } catch (error) {
    const { stderr, shortMessage } = error as { stderr?: string; shortMessage?: string };
    return stderr?.trim().split('\n').at(-1) || shortMessage?.slice(0, 200) || String(error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function layOutProbe(paths: JobPaths): Promise<void> {
  for (const path of [paths.code, paths.stateFolder, paths.planFolder, paths.temporary])
    await mkdir(path, { recursive: true });
  for (const path of [paths.cliConfig, paths.hosts]) await writeFile(path, '');
}
