import manifest from '../../package.json' with { type: 'json' };

/** How a process was started: the path of its program, and npm's variable. */
type Start = { program: string; npmCommand: string | undefined };

/** Returns a command of this command line as the user has to write it, for example `npx deployer login`. */
export function ownCommand(
  words = '',
  start: Start = { program: process.argv[1] ?? '', npmCommand: process.env.npm_command },
): string {
  return [programOf(start), words].filter((part) => part !== '').join(' ');
}

/** `npx deployer` runs the program of the current folder's packages. Elsewhere npx needs the package's name. */
function programOf({ program, npmCommand }: Start): string {
  const path = program.replaceAll('\\', '/');
  if (path.includes('/_npx/')) return `npx ${manifest.name}`;
  return npmCommand === 'exec' || path.includes('/node_modules/.bin/') ? 'npx deployer' : 'deployer';
}
