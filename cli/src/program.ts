import { Command } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { groups, type Listed } from './commands/list-of-commands.ts';
import { addGlobalOptions, valueOptions } from './global-options.ts';
import { setRunningCommand } from './messages/running-command.ts';
import { setOutputMode } from './terminal/output-mode.ts';

/**
 * Creates `deployer`, the engine's command line; it uses only the public API. Loads only the command that the words name,
 * which halves the time to start; `all` loads every command.
 */
export async function createProgram(words: string[] | 'all'): Promise<Command> {
  const program = new Command('deployer')
    .description('Command line of the Deployment Engine')
    .version(manifest.version);
  const wanted = words === 'all' ? undefined : commandOf(words);
  const isWhole = wanted === undefined || wanted.includes('completion');
  for (const [title, commands] of Object.entries(groups)) {
    program.commandsGroup(`${title}:`);
    for (const [name, listed] of Object.entries(commands))
      program.addCommand(await commandFor(name, listed, isWhole || isCalled(name, listed, wanted)));
  }
  addGlobalOptions(program);
  prepare(program, words !== 'all' && words.includes('--json'));
  program.hook('preAction', (_program, command) => {
    setRunningCommand(command);
    return prepareOutput(command);
  });
  return program;
}

async function commandFor(
  name: string,
  { summary, alias, load }: Listed,
  isNeeded: boolean,
): Promise<Command> {
  const command = isNeeded ? await load() : new Command(name);
  if (alias) command.alias(alias);
  return command.description(summary);
}

function isCalled(name: string, { alias }: Listed, wanted: string[]): boolean {
  return wanted.includes(name) || (alias !== undefined && wanted.includes(alias));
}

/** Returns the first word that is neither an option nor its value, and the one after `help`. */
function commandOf(words: string[]): string[] {
  const plain = words.filter(
    (word, index) => !word.startsWith('-') && !valueOptions.includes(words[index - 1] ?? ''),
  );
  return plain[0] === 'help' ? plain.slice(1, 2) : plain.slice(0, 1);
}

/** Wrong calls throw, so that the exit code is ours, after their message; with `--json` the error has it. */
function prepare(command: Command, json: boolean): void {
  command.exitOverride().showHelpAfterError('(--help tells more)');
  if (json) command.configureOutput({ writeErr: () => undefined });
  for (const inner of command.commands) prepare(inner, json);
}

/** Loaded late, because help and version need no settings. */
async function prepareOutput(command: Command): Promise<void> {
  const { outputSettings } = await import('./settings/output-settings.ts');
  setOutputMode(await outputSettings(command));
}
