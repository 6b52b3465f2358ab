import { enterNamespace, type Namespace } from '../egress/namespace.ts';
import { limitArguments } from './limits.ts';
import type { Mount } from './mounts.ts';
import type { Limits } from './settings.ts';

/** The network of a command: none, this machine's, or a namespace that only leads to the egress proxy. */
export type NetworkAccess = { kind: 'none' } | { kind: 'open' } | { kind: 'proxied'; namespace: Namespace };

/** Options that came with later versions of bubblewrap: 0.7 has `--size`, 0.8 `--disable-userns`. */
export type Features = { size: boolean; disableUserns: boolean };

export type BubblewrapConfinement = {
  tools: { bwrap: string; setpriv: string; prlimit: string; nsenter: string };
  features: Features;
  limits: Limits;
  /** The unprivileged user to become; `undefined` where the runner is not root and stays who it is. */
  user: number | undefined;
  mounts: Mount[];
  network: NetworkAccess;
  workingDirectory: string;
};

/** UID of `nobody` inside the sandbox. */
const insideUser = '65534';
const temporaryBytes = String(64 * 1024 * 1024);

/**
 * `nsenter` joins the job's network; an outer `bwrap` puts the files in reach of the job's own user, who may not pass
 * through the runner's folders; `setpriv` becomes that user; `prlimit` sets limits; the inner `bwrap` creates the
 * isolated namespaces.
 * The outer one has a user namespace of its own where the runner is not root, so that the process limit counts
 * this run alone.
 */
export function bubblewrapped(confinement: BubblewrapConfinement, command: string[]): string[] {
  const { tools, user } = confinement;
  const staged = confinement.mounts.map((mount, index) => ({ ...mount, stage: `/tmp/${index}` }));
  return [
    ...joinNetwork(confinement),
    tools.bwrap,
    ...(user === undefined ? ['--unshare-user'] : []),
    ...['--dev-bind', '/', '/', '--tmpfs', '/tmp'],
    ...staged.flatMap(({ path, stage, writable }) => [writable ? '--bind' : '--ro-bind', path, stage]),
    '--',
    ...(user === undefined
      ? [tools.setpriv, '--no-new-privs']
      : [tools.setpriv, `--reuid=${user}`, `--regid=${user}`, '--clear-groups', '--no-new-privs']),
    ...[tools.prlimit, ...limitArguments(confinement.limits)],
    ...[tools.bwrap, '--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts'],
    '--die-with-parent', // what is inside ends with the process that waits for it, not with the runner
    ...['--unshare-cgroup-try', ...(confinement.network.kind === 'none' ? ['--unshare-net'] : [])],
    ...['--uid', insideUser, '--gid', insideUser, '--hostname', 'run', '--cap-drop', 'ALL'],
    ...(confinement.features.disableUserns ? ['--disable-userns'] : []),
    ...['--dev', '/dev', ...(confinement.features.size ? ['--size', temporaryBytes] : []), '--tmpfs', '/tmp'],
    ...staged.flatMap(({ path, at, stage, writable }) => [
      writable ? '--bind' : '--ro-bind',
      stage,
      at ?? path,
    ]),
    ...['--remount-ro', '/dev', '--remount-ro', '/', '--chdir', confinement.workingDirectory, '--'],
    ...command,
  ];
}

/** Command line that makes a network namespace, says of it on descriptor 3, and holds it as long as its parent lives. */
export function holdNewNetwork(bwrap: string, isRoot: boolean): string[] {
  return [
    bwrap,
    ...(isRoot ? [] : ['--unshare-user']),
    ...['--unshare-net', '--die-with-parent', '--info-fd', '3', '--dev-bind', '/', '/', '--'],
    ...['sleep', 'infinity'],
  ];
}

function joinNetwork({ tools, network }: BubblewrapConfinement): string[] {
  if (network.kind !== 'proxied') return [];
  return enterNamespace(tools.nsenter, network.namespace);
}
