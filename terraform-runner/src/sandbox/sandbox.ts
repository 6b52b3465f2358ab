import { lstatSync } from 'node:fs';
import type { EgressOptions } from '../egress/namespace.ts';
import type { CommandLine } from '../process/command-line.ts';
import type { JobPaths } from '../workdir/job-paths.ts';
import {
  type BubblewrapConfinement,
  bubblewrapped,
  type Features,
  type NetworkAccess,
} from './bubblewrap.ts';
import { limitArguments } from './limits.ts';
import { type CommandKind, jobMounts, type Mount, machineMounts, nameMounts } from './mounts.ts';
import { neutralise } from './neutral-paths.ts';
import type { SandboxConfig } from './settings.ts';

/** What a command is confined to. */
export type Confinement = {
  paths: JobPaths;
  kind: CommandKind;
  network: NetworkAccess;
  /** A file of the engine that the command writes to. */
  log?: { path: string } | undefined;
};

/**
 * - `bwrap`: namespaces, a root without host files, limits.
 * - `limits`: no new privileges and limits, if bubblewrap does not work.
 * - `none`: nothing; this machine has no tool for it.
 * - `off`: nothing, by the operator's choice.
 */
export type SandboxMode = 'bwrap' | 'limits' | 'none' | 'off';

export type Sandbox = {
  mode: SandboxMode;
  network: SandboxConfig['network'];
  /** What is not protected, one sentence each. */
  unprotected: string[];
  /** Why no run may start; `undefined` if runs may. */
  refusal: string | undefined;
  /** Ids for jobs' own users; `undefined` if commands run as the runner's user. */
  users: SandboxConfig['users'] | undefined;
  /** How an egress process creates a network namespace. */
  egress: Omit<EgressOptions, 'rules' | 'nodeCache'>;
  /** Confines a command. */
  confine(line: CommandLine, confinement: Confinement): CommandLine;
};

export type BubblewrapOptions = {
  tools: BubblewrapConfinement['tools'];
  features: Features;
  settings: SandboxConfig;
  terraformPath: string;
  providerMirror: string | undefined;
  users: SandboxConfig['users'] | undefined;
};

export function bubblewrapConfine(options: BubblewrapOptions): Sandbox['confine'] {
  const { tools, features, settings, users } = options;
  const machine = machineMounts({ ...options, readOnlyPaths: settings.readOnlyPaths });
  return (line, { paths, kind, network, log }) => {
    const { command, env, workingDirectory, mounts } = neutralise(paths, line, [
      ...machine,
      ...nameMounts(paths, network.kind === 'open'),
      ...jobMounts(paths, kind, log?.path),
    ]);
    const confinement: BubblewrapConfinement = {
      tools,
      features,
      limits: settings.limits,
      user: users && lstatSync(paths.stateFolder).uid,
      mounts: mounts.toSorted(byDepth),
      network,
      workingDirectory,
    };
    const [file = '', ...args] = bubblewrapped(confinement, command);
    return { ...line, file, args, env };
  };
}

/** Confinement that is left if bubblewrap does not work. */
export function limitsConfine(
  tools: { setpriv: string; prlimit: string },
  settings: SandboxConfig,
): Sandbox['confine'] {
  return (line) => ({
    ...line,
    file: tools.setpriv,
    args: ['--no-new-privs', tools.prlimit, ...limitArguments(settings.limits), line.file, ...line.args],
  });
}

/** Orders parents before children, because a later mount hides what is below it. */
function byDepth(a: Mount, b: Mount): number {
  const depth = (mount: Mount) => (mount.at ?? mount.path).split('/').length;
  return depth(a) - depth(b);
}
