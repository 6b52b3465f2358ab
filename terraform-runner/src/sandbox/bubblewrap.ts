import { enterNamespace, type Namespace } from '../egress/namespace.ts';
import { limitArguments } from './limits.ts';
import type { Mount } from './mounts.ts';
import type { Limits } from './settings.ts';

/** A command's network: none, this machine's, or a namespace that leads only to the egress proxy. */
export type NetworkAccess = { kind: 'none' } | { kind: 'open' } | { kind: 'proxied'; namespace: Namespace };

/** Options of newer bubblewrap versions: 0.7 has `--size`, 0.8 `--disable-userns`. */
export type Features = { size: boolean; disableUserns: boolean };

export type BubblewrapConfinement = {
  tools: { bwrap: string; setpriv: string; prlimit: string; nsenter: string };
  features: Features;
  limits: Limits;
  /** The unprivileged user to switch to; `undefined` if the runner is not root and keeps its own. */
  user: number | undefined;
  mounts: Mount[];
  network: NetworkAccess;
  workingDirectory: string;
};

/** UID of `nobody` inside the sandbox. */
const insideUser = '65534';
const temporaryBytes = String(64 * 1024 * 1024);

/**
 * `nsenter` joins the job's network. An outer `bwrap` makes the files reachable for the job's own user, who
 * cannot enter the runner's folders. `setpriv` switches to that user, `prlimit` sets limits, and the inner
 * `bwrap` creates the isolated namespaces. If the runner is not root, the outer one has its own user
 * namespace, so that the process limit counts this run alone.
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
    '--die-with-parent', // ends with the process that waits for it, not with the runner
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

/** Returns a command that creates a network namespace and holds it while its parent lives. */
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
