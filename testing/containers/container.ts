import { readdirSync, readFileSync } from 'node:fs';
import { type Child, startChild } from '../child.ts';
import { run } from './run.ts';

/** A program in a root file system of its own, as a container engine would start it. */
export type ContainerOptions = {
  root: string;
  namespace: string;
  hostname: string;
  uid: number;
  environment: Record<string, string>;
  workingDir: string;
  command: string[];
  /** Folders and files of this machine, by the place where the container sees them. */
  mounts: { source: string; target: string; isReadOnly: boolean }[];
  tmpfs: string[];
  isReadOnly: boolean;
};

export type Container = {
  output(): string;
  hasEnded(): boolean;
  /** Runs a program beside the container's own. Resolves to its output, or undefined if it fails. */
  execute(command: string[]): Promise<string | undefined>;
  /** Sends a signal to the container's program and waits until it has ended. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
};

/** Starts it with bubblewrap in a network namespace: without capabilities, new privileges and, if asked, writable files. */
export function startContainer(options: ContainerOptions): Container {
  const child = startChild('ip', ['netns', 'exec', options.namespace, ...jailed(options, options.command)], {
    env: { PATH: process.env.PATH ?? '' },
  });
  return {
    output: child.output,
    hasEnded: () => child.process.exitCode !== null || child.process.signalCode !== null,
    execute: (command) =>
      run('ip', ['netns', 'exec', options.namespace, ...jailed(options, command)]).catch(() => undefined),
    async stop(signal = 'SIGTERM') {
      const program = programOf(child);
      if (program) process.kill(program, signal);
      else await child.stop('SIGKILL');
      if (child.process.exitCode === null && child.process.signalCode === null)
        await new Promise((resolve) => child.process.once('exit', resolve));
    },
  };
}

/** bubblewrap pivots into the files, so the program can make user namespaces of its own, which a chroot could not. */
function jailed(options: ContainerOptions, command: string[]): string[] {
  const { uid } = options;
  return [
    'bwrap',
    ...[options.isReadOnly ? '--ro-bind' : '--bind', options.root, '/', '--dev', '/dev', '--proc', '/proc'],
    ...options.tmpfs.flatMap((path) => ['--perms', '1777', '--tmpfs', path]),
    ...options.mounts.flatMap(({ source, target, isReadOnly }) => [
      isReadOnly ? '--ro-bind' : '--bind',
      source,
      target,
    ]),
    ...[
      '--unshare-pid',
      '--unshare-ipc',
      '--unshare-uts',
      '--hostname',
      options.hostname,
      '--die-with-parent',
      '--clearenv',
    ],
    ...Object.entries(options.environment).flatMap(([name, value]) => ['--setenv', name, value]),
    ...['--chdir', options.workingDir, '--', 'setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'],
    ...['--bounding-set=-all', '--inh-caps=-all', '--no-new-privs', '--', ...command],
  ];
}

/** Returns the process of the container's program: the child of bubblewrap's own first process inside. */
function programOf(child: Child): number | undefined {
  const outer = childrenOf(child.pid);
  return outer.flatMap(childrenOf).at(0) ?? outer.at(0);
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return []; // it has ended
  }
}
