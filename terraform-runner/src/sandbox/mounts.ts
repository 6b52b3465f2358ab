import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { JobPaths } from '../workdir/job-paths.ts';

/** A path of this machine that a command sees under the same name, unless `at` gives it another. */
export type Mount = { path: string; at?: string; writable: boolean };

/** What a command is, as far as it decides on what it sees and writes. */
export type CommandKind =
  | 'parse'
  | 'parse-modules'
  | 'init'
  | 'validate'
  | 'plan'
  | 'show'
  | 'apply'
  | 'provider';

/** Where programs written in Go look for certificates; the first that exists is enough. */
const certificateBundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
];
/** How this machine resolves names, for runs on its own network. */
const resolverFiles = ['/etc/resolv.conf', '/etc/nsswitch.conf', '/etc/hosts'];

/** The machine's files that every command sees. */
export function machineMounts(machine: {
  terraformPath: string;
  providerMirror: string | undefined;
  readOnlyPaths: string[];
}): Mount[] {
  const certificates = certificateBundles.find((path) => existsSync(path));
  const paths = [machine.terraformPath, machine.providerMirror, certificates, ...machine.readOnlyPaths];
  return paths.flatMap((path) => (path ? [readOnly(path)] : []));
}

/** The job's own files: what it must write is writable, what is the engine's own is not there. */
export function jobMounts(paths: JobPaths, kind: CommandKind, log?: string): Mount[] {
  const seesState = kind === 'init' || kind === 'plan' || kind === 'show' || kind === 'apply';
  return [
    readOnly(paths.cliConfig),
    readOnly(paths.code),
    ...(kind === 'init' ? [writable(paths.rootModule)] : []),
    ...(seesState ? [kind === 'apply' ? writable(paths.stateFolder) : readOnly(paths.stateFolder)] : []),
    ...(kind === 'plan' ? [writable(paths.planFolder)] : []),
    ...(kind === 'show' || kind === 'apply' ? [readOnly(paths.planFolder)] : []),
    writable(paths.temporary),
    ...(log === undefined ? [] : [writable(log)]),
  ];
}

/** Without the machine's network, the only name is its own loopback. */
export function nameMounts(paths: JobPaths, isOpen: boolean): Mount[] {
  if (!isOpen) return [{ path: join(paths.root, 'hosts'), at: '/etc/hosts', writable: false }];
  return resolverFiles.filter((path) => existsSync(path)).map((path) => readOnly(path));
}

/** Links are followed once, here: what they point to appears under their own name. */
function readOnly(path: string): Mount {
  const real = realpathSync(path);
  return real === path ? { path, writable: false } : { path: real, at: path, writable: false };
}

function writable(path: string): Mount {
  return { path, writable: true };
}
