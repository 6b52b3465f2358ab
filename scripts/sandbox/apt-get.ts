import { spawnSync } from 'node:child_process';

const installMs = 180_000;

/** Installs Debian packages, if this process may. Returns whether they are there. */
export function installPackages(names: string[]): boolean {
  if (process.getuid?.() !== 0 || !works('apt-get', ['--version'])) return false;
  const install = () => works('apt-get', ['install', '--yes', '--no-install-recommends', ...names]);
  return install() || (works('apt-get', ['update']) && install());
}

/** Whether a program is there and succeeds. */
export function works(command: string, args: string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync(command, args, { stdio: 'ignore', timeout: installMs, env }).status === 0;
}
