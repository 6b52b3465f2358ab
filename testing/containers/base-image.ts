import { copyFile, cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pinnedRelease } from '../../scripts/terraform/fetch-terraform.ts';
import type { Images } from './images.ts';
import { run } from './run.ts';

const root = resolve(import.meta.dirname, '../..');
const bundle = '/etc/ssl/certs/ca-certificates.crt';

/**
 * Makes `node:24-slim` without a registry: Debian from this machine's package source, the Node that the project pins, npm
 * of this machine, a user `node`, and the Terraform that `terraform` names, where the Dockerfile looks before it downloads.
 */
export async function makeNodeImage(images: Images, folder: string, terraform: string): Promise<void> {
  const tree = join(folder, 'node-24-slim');
  await run('debootstrap', [
    '--variant=minbase',
    '--include=ca-certificates',
    'bookworm',
    tree,
    await debianSource(),
  ]);
  await copyFile(bundle, join(tree, bundle));
  await installNode(tree);
  await mkdir(join(tree, 'tools'));
  await copyFile(terraform, join(tree, 'tools', `terraform-${pinnedRelease.version}`));
  await run('chroot', [tree, 'useradd', '--create-home', '--uid', '1000', '--shell', '/bin/sh', 'node']);
  await images.commit(tree, 'node:24-slim');
  await run('rm', ['-rf', tree]);
}

async function installNode(tree: string): Promise<void> {
  const bin = join(tree, 'usr/local/bin');
  await copyFile(join(root, 'node_modules/node/bin/node'), join(bin, 'node'));
  const npm = dirname(dirname(await run('readlink', ['-f', await run('sh', ['-c', 'command -v npm'])])));
  await cp(npm, join(tree, 'usr/local/lib/node_modules/npm'), { recursive: true });
  for (const name of ['npm', 'npx'])
    await symlink(`../lib/node_modules/npm/bin/${name}-cli.js`, join(bin, name));
  const registry = await run('npm', ['config', 'get', 'registry']);
  await mkdir(join(tree, 'usr/local/etc'), { recursive: true });
  await writeFile(join(tree, 'usr/local/etc/npmrc'), `registry=${registry}\ncafile=${bundle}\n`);
}

/** Returns the address from which this machine installs Debian's packages. */
async function debianSource(): Promise<string> {
  const lists = await run('sh', [
    '-c',
    'cat /etc/apt/sources.list /etc/apt/sources.list.d/*.sources 2>/dev/null || true',
  ]);
  const found = /^(?:URIs:\s*|deb (?:\[[^\]]*\] )?)(\S+)/m.exec(lists)?.[1];
  if (!found) throw new Error('making a base image: no source of Debian packages is configured in /etc/apt');
  return found;
}

/** Makes an image with Debian's nginx and PostgreSQL 15, for the names that compose files take from elsewhere. */
export async function makeServicesImage(images: Images, tag: string): Promise<void> {
  const install =
    'apt-get update && apt-get install --yes --no-install-recommends nginx-light postgresql-15 wget';
  await images.extend('node:24-slim', tag, install);
}
