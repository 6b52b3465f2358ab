import { installPackages, works } from '../../scripts/sandbox/apt-get.ts';

/** Each program with an option that only shows its version, and its package. */
const tools = [
  { command: 'buildah', option: '--version', package: 'buildah' },
  { command: 'debootstrap', option: '--version', package: 'debootstrap' },
  { command: 'bwrap', option: '--version', package: 'bubblewrap' },
  { command: 'ip', option: '-V', package: 'iproute2' },
];

/** Installs what building and starting images needs, from Debian's packages. Returns why it can't. */
export function containerToolsProblem(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return 'images are built and started by root on Linux only';
  const missing = tools.filter(({ command, option }) => !works(command, [option]));
  const names = missing.map((tool) => tool.package);
  if (names.length === 0 || installPackages(names)) return undefined;
  return `building images needs ${names.join(', ')}, and apt-get can't install them`;
}
