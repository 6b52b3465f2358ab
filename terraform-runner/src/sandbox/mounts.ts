import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { JobPaths } from '../workdir/job-paths.ts';

/** A path of this machine that is visible to a command, under `at` or else its own name. */
export type Mount = { path: string; at?: string; writable: boolean };

/** Kind of a command; decides what it sees and may write. */
export type CommandKind =
  | 'parse'
  | 'parse-modules'
  | 'init'
  | 'validate'
  | 'plan'
  | 'show'
  | 'apply'
  | 'provider';

/** Where Go programs look for certificates; the first existing one is enough. */
const certificateBundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
];
/** Files by which this machine resolves names, for runs on its own network. */
const resolverFiles = ['/etc/resolv.conf', '/etc/nsswitch.conf', '/etc/hosts'];

/** Mounts the machine's files that every command sees. */
export function machineMounts(machine: {
  terraformPath: string;
  providerMirror: string | undefined;
  readOnlyPaths: string[];
}): Mount[] {
  const certificates = certificateBundles.find((path) => existsSync(path));
  const paths = [machine.terraformPath, machine.providerMirror, certificates, ...machine.readOnlyPaths];
  return paths.flatMap((path) => (path ? [readOnly(path)] : []));
}

/** Mounts the job's files: writable only where the command writes, without the engine's own. */
export function jobMounts(paths: JobPaths, kind: CommandKind, log?: string): Mount[] {
  const seesState = kind === 'init' || kind === 'plan' || kind === 'show' || kind === 'apply';
  return [
    readOnly(paths.cliConfig),
    readOnly(paths.code),
    ...(kind === 'init' ? [writable(paths.rootModule)] : []),
    ...(seesState ? [kind === 'apply' ? writable(paths.stateFolder) : readOnly(paths.stateFolder)] : []),
    ...(kind === 'plan' ? [writable(paths.planFolder)] : []),
    ...(kind === 'show' || kind === 'apply' ? [readOnly(paths.planFolder)] : []),
    ...(kind === 'provider' ? [readOnly(paths.cloud)] : []),
    writable(paths.temporary),
    ...(log === undefined ? [] : [writable(log)]),
  ];
}

/** Mounts files for name resolution: without the machine's network, only loopback has a name. */
export function nameMounts(paths: JobPaths, isOpen: boolean, files = resolverFiles): Mount[] {
  if (!isOpen) return [{ path: join(paths.root, 'hosts'), at: '/etc/hosts', writable: false }];
  return files.filter((path) => existsSync(path)).map((path) => readOnly(path));
}

/** Resolves links once: their targets appear under the link's name. */
function readOnly(path: string): Mount {
  return { path: realpathSync(path), at: path, writable: false };
}

function writable(path: string): Mount {
  return { path, writable: true };
}
