import { spawnSync } from 'node:child_process';

const tools = { buildah: 'buildah', debootstrap: 'debootstrap', bwrap: 'bubblewrap', ip: 'iproute2' };
const installMs = 300_000;

/** Installs what building and starting images needs, from Debian's packages. Returns why it can't. */
export function containerToolsProblem(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return 'images are built and started by root on Linux only';
  const missing = Object.entries(tools).filter(([command]) => !works(command, ['--version'], command));
  if (missing.length === 0) return undefined;
  const names = missing.map(([, name]) => name);
  const install = () => works('apt-get', ['install', '--yes', '--no-install-recommends', ...names]);
  if (install() || (works('apt-get', ['update']) && install())) return undefined;
  return `building images needs ${names.join(', ')}, and apt-get can't install them`;
}

function works(command: string, args: string[], name = ''): boolean {
  const given = name === 'ip' ? ['-V'] : args; // iproute2 has no --version
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync(command, given, { stdio: 'ignore', timeout: installMs, env }).status === 0;
}
